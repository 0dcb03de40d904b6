//! Do imports that run at the same time end in one project? An exhaustive search.
//!
//! Several imports run against a small server, each request of each at any moment. Answers get lost, requests are
//! carried out after nobody waits for them, lists lag behind, an importer is killed, a person works in between. When
//! all is quiet, one more import runs: after it there must be one of each, none lost, no person's row touched, and whoever
//! said that all is there must have been right.
//!
//! The importers are machines of a few states ([`importer`]), which decide with the planner that imports use: which row
//! stands, which twins go. Each rule can be taken away, and then the search must find what goes wrong.

mod importer;
mod rules;
mod scenarios;
mod search;
mod view;
mod world;

use super::dedup::{KeepReason, RowKind};

/// A rule of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rule {
    /// Of twins the lowest id stands, for everybody.
    LowestStands,
    /// Nothing is put into a folder that was not read back as the one that stands.
    ElectBeforeFilling,
    /// A create without an answer is looked for before it is sent again.
    ReadBackUnknown,
    /// A test without a live folder is placed again.
    PlaceWhatStandsNowhere,
    /// A test that was seen in no folder is looked for once more before it is placed.
    LookForLost,
    /// Of two places of a test in one folder the first stays.
    OnePlace,
    /// The step with sequence 1 is made last.
    FirstStepLast,
    /// What stands in a folder that goes is moved first.
    MoveOut,
    /// A test is looked at once more before it is deleted.
    LookBeforeDeletingTest,
    /// So is a folder.
    LookBeforeDeletingFolder,
    /// And once more afterwards: it comes back if something was put into it.
    LookAfterDeletingFolder,
    /// Twins that are left at the end are healed before an import says that all is there.
    HealAtTheEnd,
    /// A doubt about a twin keeps it.
    KeepReason(RowKind, KeepReason),
}
