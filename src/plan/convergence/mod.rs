//! Do concurrent imports end in one project? An exhaustive search.
//!
//! Several imports run against a small server, with their requests in every order. Answers get lost, requests are
//! executed late, lists lag behind, an importer is killed, a person works in between. When
//! everything is quiet, one more import runs. Then every row must exist exactly once, no row of a person may be lost or
//! changed, and every importer that reported success must have been right.
//!
//! The importers are state machines ([`importer`]) that use the planner of real imports to decide which row
//! wins and which duplicates are deleted. Each rule can be disabled, and then the search must find a failure.

mod importer;
mod invariants;
mod rules;
mod scenarios;
mod search;
mod stages;
mod view;
mod world;
mod writing;

pub(crate) use search::steps_to;
pub(crate) use world::fingerprint;

use super::dedup::{KeepReason, RowKind};

/// A rule of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rule {
    /// The lowest id wins, for every importer.
    LowestWins,
    /// Nothing is put into a folder that was not read back as the winner.
    ElectBeforeFilling,
    /// A create without an answer is read back before it is sent again.
    ReadBackUnknown,
    /// A test without a live folder is placed.
    PlaceLost,
    /// What is missing on a row that exists is looked for again, for as long as lists may lag, before it is written.
    LookTwice,
    /// The verification waits until lists show every row that the server acknowledged to the import.
    WaitForOwnRows,
    /// A test that was seen in no folder is looked up once more before it is placed.
    LookUpLost,
    /// Of two placements of a test in one folder, the first is kept.
    OnePlacement,
    /// The step with sequence 1 is created last.
    FirstStepLast,
    /// The contents of a duplicate folder are moved first.
    MoveContents,
    /// A test is checked before its deletion.
    CheckBeforeDeletingTest,
    /// A folder is checked before its deletion.
    CheckBeforeDeletingFolder,
    /// A folder is checked after its deletion, and restored if something was added.
    CheckAfterDeletingFolder,
    /// Duplicates are deleted before an import reports success.
    DedupBeforeSuccess,
    /// An import first deletes the duplicates that it created itself. It saves writes: nothing goes wrong without it.
    OwnFirst,
    /// This reason keeps a duplicate.
    KeepReason(RowKind, KeepReason),
}
