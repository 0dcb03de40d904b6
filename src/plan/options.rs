//! What the user decides about planning.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::api::ids::TestId;
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::record::{Pin, Records, TestRecord};

/// Which tests without identity may be adopted: `--adopt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adopt {
    /// Manual and automated tests.
    #[default]
    Any,
    /// Only tests that are automated or to be automated.
    Automated,
    /// As [`Self::Any`], and tests of other folders whose name is unique.
    Anywhere,
    /// None.
    None,
}

impl Adopt {
    /// Whether a test with these flags may be adopted.
    #[must_use]
    pub fn allows(self, is_automated: bool, to_automate: bool) -> bool {
        match self {
            Self::Any | Self::Anywhere => true,
            Self::Automated => is_automated || to_automate,
            Self::None => false,
        }
    }
}

/// Which pairs of new tests and rows are linked, and how: `relink`, `--moved link`.
#[derive(Clone, Debug, Default)]
pub struct Linking {
    /// Container prefixes that changed, old and new: `--map`.
    pub maps: Vec<(String, String)>,
    /// Rows and the tests that they belong to: `--pair`.
    pub pairs: Vec<(Pin, String)>,
    /// The namespace that the rows come from; none: that of the import.
    pub from_namespace: Option<String>,
    /// Whether rows get the new name, if they still have the one that an import wrote.
    pub renames: bool,
    /// Whether rows get the new place, if they are still where an import put them.
    pub moves: bool,
}

/// The other namespaces of an import that has several: each is planned alone, and a row belongs to one of them.
#[derive(Clone, Debug, Default)]
pub struct Others {
    /// All records of the import; shared, because there may be millions.
    records: Arc<Records>,
    /// The records that are imported before and after those that are planned.
    before: Range<usize>,
    after: Range<usize>,
    /// Their namespaces, also those without a record.
    pub namespaces: HashSet<NamespaceMark>,
    /// Rows that the plans of other namespaces adopt or carry over.
    pub rows: HashSet<TestId>,
}

impl Others {
    /// All but the records in `own` of the first `imported` of `records`.
    #[must_use]
    pub fn new(records: Arc<Records>, own: &Range<usize>, imported: usize) -> Self {
        let (before, after) = (0..own.start, own.end..imported);
        Self { records, before, after, ..Self::default() }
    }

    /// Their records.
    pub fn tests(&self) -> impl Iterator<Item = &TestRecord> {
        let part = |range: &Range<usize>| self.records.tests.get(range.clone()).unwrap_or_default();
        part(&self.before).iter().chain(part(&self.after))
    }
}

/// What the user decides about planning.
#[derive(Clone, Debug, Default)]
pub struct PlanOptions {
    /// The namespace, cleaned.
    pub namespace: String,
    /// Which tests may be adopted.
    pub adopt: Adopt,
    /// Which rows are carried over to tests that replaced theirs; none: moved tests are only reported.
    pub linking: Option<Linking>,
    /// Whether it is meant that tests of another namespace are created again.
    pub new_namespace: bool,
    /// The identities of tests that are in the reports and not imported: `ignore`.
    pub also_reported: HashSet<Identity>,
    /// What the import has besides these records: tests of other namespaces.
    pub others: Others,
    /// Whether to create no steps.
    pub no_steps: bool,
    /// Whether new tests get no description, precondition, priority and labels.
    pub no_fields: bool,
    /// Whether results are recorded: they list attachments.
    pub records_results: bool,
    /// A duplicate created later than this after the first row is kept: a quarter of an hour, or the deadline if longer.
    pub window: Duration,
    /// How long lists may lag: the longest wait for rows that exist and are not listed yet.
    pub lag_wait: Duration,
}
