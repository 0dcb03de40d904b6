//! Tests that changed their name or place in the code: which new test replaced which row. Reads only.
//!
//! After the matching, some records have no row, and some rows of the namespace no record. `find` compares their names
//! (`pairing`) and says what it sees: moved tests, tests of another namespace, unlinked tests in other folders, and names
//! that change with every run. Only with [`Linking`](super::Linking) does a pair become a change.

mod changing;
mod elsewhere;
mod pairing;
mod warnings;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::api::ids::TestId;
use crate::description::{IdentityLine, Label};
use crate::snapshot::{Snapshot, TestRow};
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::record::TestRecord;
use test_reports::text;

use super::options::PlanOptions;

pub use elsewhere::{Elsewhere, OtherNamespace};
pub use pairing::{LeftOver, is_named};

/// Tests that moved from one container to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The container of the tests that are in no report, its parts separated by ` / `.
    pub from: String,
    /// The container of the tests that replaced them.
    pub to: String,
    /// The number of tests.
    pub tests: usize,
    /// Whether the rows are carried over; otherwise the tests are created.
    pub linked: bool,
    /// Each test.
    pub pairs: Vec<MovedTest>,
}

/// A test that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MovedTest {
    /// The row of the former test.
    pub id: TestId,
    /// The number in `TC-<key>`.
    pub key: Option<u64>,
    /// The name of the new test.
    pub name: String,
    /// The identity of the new test.
    pub identity: Identity,
    /// The identity of the former test.
    pub former: Identity,
}

/// A new test and the row of the test that it replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) record: usize,
    pub(super) id: TestId,
    pub(super) former: Identity,
    pub(super) reason: &'static str,
}

/// What was found out about the tests to be created.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Moved tests, by containers.
    pub moved: Vec<Moved>,
    /// New tests whose rows cannot be told, and rows that were named and cannot be linked.
    pub left: Vec<LeftOver>,
    /// New tests that exist under another namespace.
    pub other_namespace: Option<OtherNamespace>,
    /// New tests whose name one unlinked test of another folder has, by record.
    pub elsewhere: Vec<Elsewhere>,
    /// Warnings about all of this.
    pub warnings: Vec<String>,
    /// One for each test in [`Self::moved`].
    pub(super) pairs: Vec<Pair>,
}

impl Findings {
    /// The indexes of records that replaced tests that are no longer reported, and the rows of those.
    pub fn replaced(&self) -> impl Iterator<Item = (usize, TestId)> + '_ {
        self.pairs.iter().map(|pair| (pair.record, pair.id))
    }
}

/// A record without a row.
pub(super) struct NewTest<'a> {
    pub(super) index: usize,
    pub(super) record: &'a TestRecord,
    /// The parts of its container, with ` / ` between.
    pub(super) container: String,
}

/// A row whose test is in no report.
pub(super) struct VanishedRow<'a> {
    pub(super) id: TestId,
    pub(super) row: &'a TestRow,
    pub(super) identity: Identity,
    pub(super) container: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
}

/// Compares the records at `new`, which have no row, with the rows that are not `matched`.
pub(super) fn find(
    records: &[TestRecord],
    new: &[usize],
    matched: &HashSet<TestId>,
    snapshot: &Snapshot,
    options: &PlanOptions,
) -> Findings {
    // An unchanged import, which is the most frequent one, has nothing to find.
    if new.is_empty() {
        return Findings::default();
    }
    let linking = options.linking.as_ref();
    let all = records.iter().chain(options.others.tests());
    let reported: HashSet<Identity> = all.map(|record| record.identity).collect();
    let new: Vec<NewTest<'_>> = new
        .iter()
        .map(|&index| NewTest {
            index,
            record: &records[index],
            container: records[index].class.container.join(" / "),
        })
        .collect();
    let is_reported = |row: &TestRow| {
        row.identities().any(|identity| {
            reported.contains(&identity) || options.also_reported.contains(&identity)
        })
    };
    let from = linking.and_then(|linking| linking.from_namespace.as_deref());
    let namespaces = [from.unwrap_or(&options.namespace), &options.namespace];
    let from = NamespaceMark::of(namespaces[0]);
    let vanished = |wanted: &dyn Fn(&TestRow) -> bool| -> Vec<VanishedRow<'_>> {
        let rows = snapshot.tests.iter().filter(|(id, row)| {
            row.identity.is_some()
                && (row.reachable || row.retired.is_some())
                && wanted(row)
                && !matched.contains(id)
        });
        let rows = rows.filter(|(_, row)| !is_reported(row));
        rows.filter_map(|(id, row)| VanishedRow::of(*id, row, &namespaces)).collect()
    };
    let gone = vanished(&|row| row.namespace == Some(from));
    let mut found = pairing::pair(&new, &gone, records, snapshot, matched, linking);
    let paired: HashSet<usize> = found.pairs.iter().map(|pair| pair.record).collect();
    let moved = grouped(&found.pairs, records, &gone, snapshot, linking.is_some());
    let own = NamespaceMark::of(&options.namespace);
    let unpaired: Vec<&NewTest<'_>> =
        new.iter().filter(|test| !paired.contains(&test.index)).collect();
    let is_of_others =
        |row: &TestRow| row.namespace.is_some_and(|mark| options.others.namespaces.contains(&mark));
    // Tables of which this import has reports.
    let others: HashSet<NamespaceMark> = snapshot
        .tests
        .values()
        .filter(|row| is_of_others(row) && is_reported(row))
        .filter_map(|row| row.namespace)
        .collect();
    // A test that is in no report of its table may be one that this table reports now.
    let has_left = |row: &TestRow| {
        !is_reported(row) && row.namespace.is_some_and(|mark| others.contains(&mark))
    };
    let is_free =
        |id: TestId, row: &TestRow| !matched.contains(&id) && (!is_of_others(row) || has_left(row));
    let other_namespace = elsewhere::other_namespace(&unpaired, new.len(), is_free, snapshot, own);
    let elsewhere = elsewhere::elsewhere(&unpaired, (records, &options.others), matched, snapshot);
    let own_gone = if from == own { gone } else { vanished(&|row| row.namespace == Some(own)) };
    let changing = changing::example(&unpaired, &own_gone);
    let mut findings = Findings {
        moved,
        left: std::mem::take(&mut found.left),
        other_namespace: other_namespace.filter(|_| !options.new_namespace),
        elsewhere,
        warnings: Vec::new(),
        pairs: found.pairs,
    };
    findings.warnings = warnings::warnings(&findings, changing, options);
    findings
}

impl<'a> VanishedRow<'a> {
    fn of(id: TestId, row: &'a TestRow, namespaces: &[&str]) -> Option<Self> {
        let identities: Vec<Identity> = row.identities().collect();
        let label = Label::split(row.label.as_deref().unwrap_or_default(), &identities, namespaces);
        let name = if label.is_proven && row.label.is_some() {
            Cow::Borrowed(label.name)
        } else {
            // The line was edited, or is too long: the name is the best that is left.
            Cow::Owned(text::clean(&row.name))
        };
        let container = Cow::Borrowed(label.container);
        Some(Self { id, row, identity: row.identity?, container, name })
    }
}

/// What the line of a record says, to compare it with the lines of rows.
fn label_of(record: &TestRecord) -> String {
    let mark = NamespaceMark::of("");
    IdentityLine::of_test(&record.class.container, &record.name, record.identity, mark).what()
}

/// The pairs by containers, in the order of their names.
fn grouped(
    pairs: &[Pair],
    records: &[TestRecord],
    gone: &[VanishedRow<'_>],
    snapshot: &Snapshot,
    linked: bool,
) -> Vec<Moved> {
    let containers: HashMap<TestId, &str> =
        gone.iter().map(|row| (row.id, &*row.container)).collect();
    let mut groups: std::collections::BTreeMap<(String, String), Vec<MovedTest>> =
        std::collections::BTreeMap::new();
    for pair in pairs {
        let record = &records[pair.record];
        let from = containers.get(&pair.id).map(|container| (*container).to_owned());
        let groups = groups.entry((from.unwrap_or_default(), record.class.container.join(" / ")));
        groups.or_default().push(MovedTest {
            id: pair.id,
            key: snapshot.tests.get(&pair.id).and_then(|row| row.key),
            name: record.name.to_string(),
            identity: record.identity,
            former: pair.former,
        });
    }
    groups
        .into_iter()
        .map(|((from, to), pairs)| Moved { from, to, tests: pairs.len(), linked, pairs })
        .collect()
}
