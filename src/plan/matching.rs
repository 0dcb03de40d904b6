//! Which row belongs to a record: pinned, then by identity, then by folder and name.

use std::collections::{HashMap, HashSet};

use crate::api::ids::{SuiteId, TestId};
use crate::snapshot::{Snapshot, TestRow};
use test_reports::record::{Pin, TestRecord};
use test_reports::text::{self, count};

use super::folders::FolderPlan;
use super::options::Adopt;

/// The row of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// A row with its identity.
    Ours { id: TestId },
    /// A row without identity, to be adopted.
    Unmarked { id: TestId, reason: &'static str },
    /// None.
    None { reason: &'static str },
}

/// Why a pinned test is adopted.
pub(crate) const PINNED: &str = "the report pins it to this test";
const SAME_NAME: &str = "it has the same folder and name";
const UNKNOWN: &str = "no test has its identity, and no test in its folder has its name";
const AMBIGUOUS: &str = "several tests have its folder and name";
const NOT_ADOPTED: &str = "the test with its folder and name may not be adopted (--adopt)";

/// The row with the identity of `record`, or with an older one; the lowest id of duplicates.
#[must_use]
pub(super) fn find_by_identity(record: &TestRecord, snapshot: &Snapshot) -> Option<TestId> {
    std::iter::once(&record.identity)
        .chain(&record.details.older)
        .find_map(|identity| snapshot.tests_by_identity.get(identity)?.first().copied())
}

/// Finds rows for records. Each row belongs to one record at most.
pub(super) struct Matcher<'a> {
    records: &'a [TestRecord],
    snapshot: &'a Snapshot,
    folders: &'a FolderPlan,
    adopt: Adopt,
    /// The number of records by folder and name.
    wanted: HashMap<(SuiteId, &'a str), usize>,
    /// Tests without identity in the records' folders, by folder and cleaned name.
    unmarked: HashMap<(SuiteId, String), Vec<TestId>>,
    taken: HashSet<TestId>,
    /// The first record that is pinned to a row.
    pinned: HashMap<TestId, &'a TestRecord>,
    warnings: Vec<String>,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(
        records: &'a [TestRecord],
        snapshot: &'a Snapshot,
        folders: &'a FolderPlan,
        adopt: Adopt,
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
            adopt,
            wanted,
            unmarked,
            taken: HashSet::new(),
            pinned: HashMap::new(),
            warnings: Vec::new(),
        };
        matcher.take_pinned_first();
        matcher
    }

    /// A pinned row cannot be adopted by name, whichever record comes first.
    fn take_pinned_first(&mut self) {
        for record in self.records {
            if let Some(id) = record.details.pinned.and_then(|pin| self.pinned_row(pin)) {
                self.taken.insert(id);
                self.pinned.entry(id).or_insert(record);
            }
        }
    }

    pub(super) fn into_warnings(self) -> Vec<String> {
        self.warnings
    }

    /// The row of the record at `index`.
    pub(super) fn find(&mut self, index: usize) -> Match {
        let record = &self.records[index];
        self.by_pin(record)
            .or_else(|| find_by_identity(record, self.snapshot).map(|id| Match::Ours { id }))
            .unwrap_or_else(|| self.by_folder_and_name(index, record))
    }

    fn by_pin(&mut self, record: &TestRecord) -> Option<Match> {
        let pin = record.details.pinned?;
        let problem = match self.pinned_row(pin) {
            None => "which is not in this project".to_owned(),
            Some(id) => match self.snapshot.tests.get(&id)?.identity {
                Some(identity)
                    if identity == record.identity || record.details.older.contains(&identity) =>
                {
                    return Some(Match::Ours { id });
                }
                Some(_) => "which has the identity of another test; the pin is ignored".to_owned(),
                None if find_by_identity(record, self.snapshot).is_some() => {
                    "but another test already has its identity; the pin is ignored".to_owned()
                }
                None => {
                    let first = self.pinned.get(&id)?;
                    if first.identity == record.identity {
                        return Some(Match::Unmarked { id, reason: PINNED });
                    }
                    format!("and so is {:?}, which takes it", first.name)
                }
            },
        };
        let row = match pin {
            Pin::Id(id) => format!("test {id}"),
            Pin::Key(key) => format!("TC-{key}"),
        };
        self.warnings.push(format!("{:?} is pinned to {row}, {problem}", record.name));
        None
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
            Some((*records, candidates))
        });
        let Some((records, candidates)) = candidates else {
            return Match::None { reason: UNKNOWN };
        };
        let free = candidates.iter().filter(|id| !self.taken.contains(id));
        let rows: Vec<(TestId, &TestRow)> =
            free.filter_map(|id| Some((*id, self.snapshot.tests.get(id)?))).collect();
        match rows[..] {
            [] => Match::None { reason: UNKNOWN },
            [(_, row)] if !self.adopt.allows(row.is_automated == Some(true), row.to_automate) => {
                Match::None { reason: NOT_ADOPTED }
            }
            [(id, _)] if records == 1 => {
                self.taken.insert(id);
                Match::Unmarked { id, reason: SAME_NAME }
            }
            _ => {
                self.warnings.push(format!(
                    "{:?} in folder {:?}: {} of the reports and {} of the project have this name; none is adopted",
                    record.name,
                    record.folder.join("/"),
                    count(records, "test"),
                    count(rows.len(), "test"),
                ));
                Match::None { reason: AMBIGUOUS }
            }
        }
    }
}
