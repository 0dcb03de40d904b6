//! Which row belongs to a record: pinned, then by identity, then by folder and name.

use std::collections::{HashMap, HashSet};

use crate::api::ids::{SuiteId, TestId};
use crate::snapshot::{Snapshot, TestRow};
use test_reports::identity::Identity;
use test_reports::record::{Pin, TestRecord};
use test_reports::text::{self, count};

use super::aliases::RowFinder;
use super::folders::FolderPlan;
use super::options::PlanOptions;

/// The row of a record. Several records have one row only if they are pinned to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// A row with its identity.
    Ours { id: TestId },
    /// The row of another record: both are pinned to it.
    Shared { id: TestId },
    /// A row without identity, to be adopted.
    Unmarked { id: TestId, reason: &'static str },
    /// The row of a test that is no longer reported.
    Moved { id: TestId, former: Identity, reason: &'static str },
    /// None.
    None { reason: &'static str },
}

impl Match {
    /// The row.
    pub(super) fn row(&self) -> Option<TestId> {
        match self {
            Self::Ours { id }
            | Self::Shared { id }
            | Self::Unmarked { id, .. }
            | Self::Moved { id, .. } => Some(*id),
            Self::None { .. } => None,
        }
    }
}

/// Why a pinned test is adopted.
pub(crate) const PINNED: &str = "the report pins it to this test";
const SAME_NAME: &str = "it has the same folder and name";
const UNKNOWN: &str = "no test has its identity, and no test in its folder has its name";
const AMBIGUOUS: &str = "several tests have its folder and name";
const NOT_ADOPTED: &str = "the test with its folder and name may not be adopted (--adopt)";

/// Finds rows for records. Each row belongs to one record at most.
pub(super) struct Matcher<'a> {
    records: &'a [TestRecord],
    snapshot: &'a Snapshot,
    folders: &'a FolderPlan,
    finder: &'a RowFinder<'a>,
    options: &'a PlanOptions,
    /// The identities of the reports; only read for pins to rows that have one.
    reported: HashSet<Identity>,
    /// The number of records by folder and name.
    wanted: HashMap<(SuiteId, &'a str), usize>,
    /// Tests without identity in the records' folders, by folder and cleaned name.
    unmarked: HashMap<(SuiteId, String), Vec<TestId>>,
    taken: HashSet<TestId>,
    /// The rows that tests of other namespaces are pinned to, with those tests.
    pinned_by_others: HashMap<TestId, Vec<Identity>>,
    /// The number of tests of other namespaces by folder and name; empty if there is nothing to adopt.
    wanted_by_others: HashMap<(&'a [String], &'a str), usize>,
    /// The first record that is pinned to a row.
    pinned: HashMap<TestId, &'a TestRecord>,
    warnings: Vec<String>,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(
        records: &'a [TestRecord],
        snapshot: &'a Snapshot,
        folders: &'a FolderPlan,
        finder: &'a RowFinder<'a>,
        options: &'a PlanOptions,
    ) -> Self {
        let mut wanted: HashMap<(SuiteId, &str), usize> = HashMap::new();
        let mut suites: HashSet<SuiteId> = HashSet::new();
        for (index, record) in records.iter().enumerate() {
            if let Some(suite) = folders.suite_of_record(index) {
                *wanted.entry((suite, &record.name)).or_default() += 1;
                suites.insert(suite);
            }
        }
        let mut unmarked: HashMap<(SuiteId, String), Vec<TestId>> = HashMap::new();
        for suite in suites {
            for id in snapshot.tests_in_folder.get(&suite).into_iter().flatten() {
                if let Some(row) = snapshot.tests.get(id).filter(|row| row.identity.is_none()) {
                    unmarked.entry((suite, text::clean(&row.name))).or_default().push(*id);
                }
            }
        }
        let mut matcher = Self {
            records,
            snapshot,
            folders,
            finder,
            options,
            reported: HashSet::new(),
            wanted,
            unmarked,
            taken: options.others.rows.clone(),
            pinned_by_others: HashMap::new(),
            wanted_by_others: HashMap::new(),
            pinned: HashMap::new(),
            warnings: Vec::new(),
        };
        if !matcher.unmarked.is_empty() {
            for other in options.others.tests() {
                let place = (&*other.class.folder, other.name.as_str());
                *matcher.wanted_by_others.entry(place).or_default() += 1;
            }
        }
        matcher.take_pinned_first();
        matcher
    }

    /// A pinned row cannot be adopted by name, whichever record comes first.
    fn take_pinned_first(&mut self) {
        for other in self.options.others.tests() {
            if let Some(id) = other.details.pinned.and_then(|pin| self.pinned_row(pin)) {
                self.pinned_by_others.entry(id).or_default().push(other.identity);
                self.taken.insert(id);
            }
        }
        for record in self.records {
            if let Some(id) = record.details.pinned.and_then(|pin| self.pinned_row(pin)) {
                self.taken.insert(id);
                let has_it = |record: &TestRecord| {
                    let row = self.snapshot.tests.get(&id);
                    row.is_some_and(|row| row.identity == Some(record.identity))
                };
                let first = self.pinned.entry(id).or_insert(record);
                // The row stays with the record that has it already.
                if has_it(record) {
                    *first = record;
                }
            }
        }
        if !self.pinned.is_empty() {
            self.reported.extend(self.records.iter().map(|record| record.identity));
            self.reported.extend(&self.options.also_reported);
            let others = self.options.others.tests();
            self.reported.extend(others.map(|record| record.identity));
        }
    }

    pub(super) fn into_warnings(self) -> Vec<String> {
        self.warnings
    }

    /// The row of the record at `index`.
    pub(super) fn find(&mut self, index: usize) -> Match {
        let record = &self.records[index];
        self.by_pin(record)
            .or_else(|| self.finder.find(record).map(|id| Match::Ours { id }))
            .unwrap_or_else(|| self.by_folder_and_name(index, record))
    }

    /// A pin is what the team wrote on purpose: a row keeps its test when the test is renamed, and several records that are
    /// pinned to one row are one row.
    fn by_pin(&mut self, record: &TestRecord) -> Option<Match> {
        let pin = record.details.pinned?;
        let problem = match self.pinned_row(pin) {
            None => "which is not in this project".to_owned(),
            Some(id) => {
                let row = self.snapshot.tests.get(&id)?;
                let own = self.finder.find(record);
                let first = *self.pinned.get(&id)?;
                let is_first = first.identity == record.identity;
                let is_own = |identity: &Identity| {
                    *identity == record.identity || record.details.older.contains(identity)
                };
                match row.identity {
                    Some(identity) if is_own(&identity) || own == Some(id) => {
                        return Some(Match::Ours { id });
                    }
                    _ if own.is_some() => {
                        "but another test already has its identity; the pin is ignored".to_owned()
                    }
                    Some(identity)
                        if self.reported.contains(&identity) && !self.shares(id, identity) =>
                    {
                        "which has the identity of another test; the pin is ignored".to_owned()
                    }
                    // The row is, or is about to be, that of the first record.
                    Some(identity) if self.is_of_others(id, identity) => {
                        return Some(Match::Shared { id });
                    }
                    _ if !is_first || self.options.others.rows.contains(&id) => {
                        return Some(Match::Shared { id });
                    }
                    Some(former) => return Some(Match::Moved { id, former, reason: PINNED }),
                    None => return Some(Match::Unmarked { id, reason: PINNED }),
                }
            }
        };
        let row = match pin {
            Pin::Id(id) => format!("test {id}"),
            Pin::Key(key) => format!("TC-{key}"),
        };
        self.warnings.push(format!("{:?} is pinned to {row}, {problem}", record.name));
        None
    }

    /// Whether the record with the `identity` of the pinned row `id` is pinned to it as well.
    fn shares(&self, id: TestId, identity: Identity) -> bool {
        self.pinned.get(&id).is_some_and(|first| first.identity == identity)
            || self.is_of_others(id, identity)
    }

    /// Whether the pinned row `id` has the `identity` of a test of another namespace that is pinned to it as well.
    fn is_of_others(&self, id: TestId, identity: Identity) -> bool {
        self.pinned_by_others.get(&id).is_some_and(|others| others.contains(&identity))
    }

    fn pinned_row(&self, pin: Pin) -> Option<TestId> {
        match pin {
            Pin::Id(id) => Some(TestId::new(id)).filter(|id| self.snapshot.tests.contains_key(id)),
            Pin::Key(key) => self.snapshot.tests_by_key.get(&key).copied(),
        }
    }

    fn by_folder_and_name(&mut self, index: usize, record: &TestRecord) -> Match {
        let suite = self.folders.suite_of_record(index);
        let candidates = suite.and_then(|suite| {
            let candidates = self.unmarked.get(&(suite, record.name.to_string()))?;
            let records = self.wanted.get(&(suite, record.name.as_str()))?;
            let place = (&*record.class.folder, record.name.as_str());
            let others = self.wanted_by_others.get(&place).copied().unwrap_or_default();
            Some((*records + others, candidates))
        });
        let Some((records, candidates)) = candidates else {
            return Match::None { reason: UNKNOWN };
        };
        let free = candidates.iter().filter(|id| !self.taken.contains(id));
        let rows: Vec<(TestId, &TestRow)> =
            free.filter_map(|id| Some((*id, self.snapshot.tests.get(id)?))).collect();
        match rows[..] {
            [] => Match::None { reason: UNKNOWN },
            [(_, row)]
                if !self.options.adopt.allows(row.is_automated == Some(true), row.to_automate) =>
            {
                Match::None { reason: NOT_ADOPTED }
            }
            [(id, _)] if records == 1 => {
                self.taken.insert(id);
                Match::Unmarked { id, reason: SAME_NAME }
            }
            _ => {
                self.warnings.push(format!(
                    "{:?} in folder {:?}: {} in the reports and {} in the project have this name; none is adopted",
                    record.name,
                    record.class.folder.join("/"),
                    count(records, "test"),
                    count(rows.len(), "test"),
                ));
                Match::None { reason: AMBIGUOUS }
            }
        }
    }
}
