//! A search over all interleavings of recordings of one build: importers that share a run, a server of a few rows, and
//! faults. What to write is decided by the [`plan`](super::plan()) that recordings use; the stages around it are modelled, one
//! request a step.
//!
//! When everything is quiet, every importer that reported success must have been right. Then one more import runs: it must
//! succeed, there must be one run with one result for each test, and a further import must write nothing.

mod importer;
mod scenarios;
mod search;
mod world;

/// A rule of recording that a search may disable, to show that it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Of several runs the one with the lowest id wins, for every importer.
    LowestWins,
    /// A new run is read back, and nothing is recorded in it unless it won.
    ReadBackRun,
    /// After recording, the runs are read again: another one may have won.
    ElectAgain,
    /// What another importer wrote in between is read from the row's earlier versions.
    JoinOverwritten,
    /// After writing, the rows are read and decided again.
    Verify,
    /// A run that lost is deleted only if nobody has recorded anything in it.
    KeepRecorded,
    /// Results that exist twice are deleted if nobody has touched them.
    RemoveDuplicates,
    /// After the run was completed, the results are read once more.
    ReadAfterClosing,
}
