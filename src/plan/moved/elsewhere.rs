//! New tests that exist already: under another namespace, or unlinked in another folder.

use std::collections::{HashMap, HashSet};

use crate::api::ids::TestId;
use crate::plan::options::Others;
use crate::snapshot::{Snapshot, TestRow};
use test_reports::identity::NamespaceMark;
use test_reports::record::TestRecord;
use test_reports::text;

use super::{NewTest, label_of};

/// So few tests of another namespace do not stop an import.
const FEWEST: usize = 3;

/// New tests whose container and name exist in the project under another namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherNamespace {
    /// Their number.
    pub tests: usize,
    /// The number of tests to be created.
    pub new: usize,
    /// The name of the first one.
    pub example: String,
    /// Its row.
    pub id: TestId,
    /// Whether their rows have the mark of the empty namespace.
    pub is_none: bool,
    /// Whether the namespace of this import has no test yet.
    pub is_first: bool,
}

impl OtherNamespace {
    /// Whether the namespace of this import is probably wrong: it has no test, and at least half of the new tests, and at
    /// least three, exist under another one.
    #[must_use]
    pub fn stops(&self) -> bool {
        self.is_first && self.tests >= FEWEST && 2 * self.tests >= self.new
    }
}

/// A new test, and the only unlinked test with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The index of the record.
    pub record: usize,
    /// The unlinked test.
    pub id: TestId,
}

/// The `unpaired` new tests that exist under another namespace than `own`; `new` tests are to be created in all. Rows that are
/// not `is_free` are reported under other namespaces of this import, which may have tests of the same names.
pub(super) fn other_namespace(
    unpaired: &[&NewTest<'_>],
    new: usize,
    is_free: impl Fn(TestId, &TestRow) -> bool,
    snapshot: &Snapshot,
    own: NamespaceMark,
) -> Option<OtherNamespace> {
    let is_other = |row: &TestRow| row.namespace.is_some_and(|mark| mark != own);
    let mut labels: HashMap<&str, TestId> = HashMap::new();
    for (id, row) in snapshot.tests.iter().filter(|(id, row)| is_other(row) && is_free(**id, row)) {
        if let Some(label) = row.label.as_deref() {
            labels.entry(label).or_insert(*id);
        }
    }
    if labels.is_empty() {
        return None;
    }
    let mut found = unpaired
        .iter()
        .filter_map(|test| Some((test.record, *labels.get(label_of(test.record).as_str())?)))
        .peekable();
    let (example, id) = *found.peek()?;
    let row = snapshot.tests.get(&id)?;
    Some(OtherNamespace {
        tests: found.count(),
        new,
        example: example.name.to_string(),
        id,
        is_none: row.namespace == Some(NamespaceMark::of("")),
        is_first: snapshot.tests.values().all(|row| row.namespace != Some(own)),
    })
}

/// The `unpaired` new tests whose name no other record has, and exactly one unlinked test of the project.
pub(super) fn elsewhere(
    unpaired: &[&NewTest<'_>],
    (records, others): (&[TestRecord], &Others),
    matched: &HashSet<TestId>,
    snapshot: &Snapshot,
) -> Vec<Elsewhere> {
    let mut unlinked: HashMap<String, Vec<TestId>> = HashMap::new();
    for (id, row) in &snapshot.tests {
        if row.identity.is_none() && row.reachable && !matched.contains(id) {
            unlinked.entry(text::clean(&row.name)).or_default().push(*id);
        }
    }
    if unlinked.is_empty() {
        return Vec::new();
    }
    let mut wanted: HashMap<&str, usize> = HashMap::new();
    for record in records.iter().chain(others.tests()) {
        *wanted.entry(record.name.as_str()).or_default() += 1;
    }
    let found = unpaired.iter().filter_map(|test| {
        let name = test.record.name.as_str();
        let is_only = wanted.get(name) == Some(&1);
        match unlinked.get(name).map(Vec::as_slice) {
            Some([id]) if is_only => Some(Elsewhere { record: test.index, id: *id }),
            _ => None,
        }
    });
    found.collect()
}
