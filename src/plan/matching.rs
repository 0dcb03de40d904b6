//! Which row stands for a record: pinned, then by identity, then by folder and name.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;

use crate::api::ids::{SuiteId, TestId};
use crate::snapshot::{Snapshot, TestRow};
use test_reports::record::{Pin, TestRecord};
use test_reports::text::{self, count};

use super::Adopt;
use super::dedup::KeepReason;
use super::folders::FolderPlan;

/// What stands for a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// A row with its identity.
    Ours { id: TestId },
    /// A row without identity, which will be adopted.
    Unmarked { id: TestId, reason: &'static str },
    /// Nothing.
    None { reason: &'static str },
}

/// Why a pinned test is adopted.
pub(crate) const PINNED: &str = "the report names this test";
const UNKNOWN: &str = "no test bears its identity, and none stands in its folder under its name";
const AMBIGUOUS: &str = "more than one test could be meant by its folder and name";
const NOT_ADOPTED: &str = "a test of its folder and name may not be adopted (--adopt)";

/// The row that bears the identity of `record` or an older one; the lowest id of twins.
#[must_use]
pub(super) fn find_by_identity(record: &TestRecord, snapshot: &Snapshot) -> Option<TestId> {
    std::iter::once(&record.identity)
        .chain(&record.details.older)
        .find_map(|identity| snapshot.tests_by_identity.get(identity)?.first().copied())
}

/// Finds rows for records; a row stands for one record at most.
pub(super) struct Matcher<'a> {
    records: &'a [TestRecord],
    snapshot: &'a Snapshot,
    folders: &'a FolderPlan,
    adopt: Adopt,
    /// How many records of a folder bear a name.
    wanted: HashMap<(SuiteId, &'a str), usize>,
    /// Unmarked tests of the folders that records stand in, by cleaned name.
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
            if let Some(suite) = folders.suite(folders.of_record(index)) {
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

    /// A pinned row is not free for adoption by name, whichever record comes first.
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

    /// What stands for the record at `index`.
    pub(super) fn find(&mut self, index: usize) -> Match {
        let record = &self.records[index];
        if let Some(found) = self.by_pin(record) {
            return found;
        }
        if let Some(id) = find_by_identity(record, self.snapshot) {
            return Match::Ours { id };
        }
        self.by_folder_and_name(index, record)
    }

    fn by_pin(&mut self, record: &TestRecord) -> Option<Match> {
        let pin = record.details.pinned?;
        let said = match pin {
            Pin::Id(id) => format!("test {id}"),
            Pin::Key(key) => format!("TC-{key}"),
        };
        let Some(id) = self.pinned_row(pin) else {
            self.warnings.push(format!(
                "{:?} is pinned to {said}, which is not in this project",
                record.name
            ));
            return None;
        };
        match self.snapshot.tests.get(&id)?.identity {
            Some(identity)
                if identity == record.identity || record.details.older.contains(&identity) =>
            {
                Some(Match::Ours { id })
            }
            Some(_) => {
                self.warnings.push(format!(
                    "{:?} is pinned to {said}, which bears the identity of another test; the pin is ignored",
                    record.name
                ));
                None
            }
            None if find_by_identity(record, self.snapshot).is_some() => {
                self.warnings.push(format!(
                    "{:?} is pinned to {said}, but another test bears its identity already; the pin is ignored",
                    record.name
                ));
                None
            }
            None => {
                let first = self.pinned.get(&id)?;
                if first.identity != record.identity {
                    self.warnings.push(format!(
                        "{:?} is pinned to {said}, and so is {:?}, which takes it",
                        record.name, first.name
                    ));
                    return None;
                }
                Some(Match::Unmarked { id, reason: PINNED })
            }
        }
    }

    fn pinned_row(&self, pin: Pin) -> Option<TestId> {
        match pin {
            Pin::Id(id) => Some(TestId::new(id)).filter(|id| self.snapshot.tests.contains_key(id)),
            Pin::Key(key) => self.snapshot.tests_by_key.get(&key).copied(),
        }
    }

    fn by_folder_and_name(&mut self, index: usize, record: &TestRecord) -> Match {
        let unknown = Match::None { reason: UNKNOWN };
        let Some(suite) = self.folders.suite(self.folders.of_record(index)) else {
            return unknown;
        };
        let Some(candidates) = self.unmarked.get(&(suite, record.name.to_string())) else {
            return unknown;
        };
        let free: Vec<TestId> =
            candidates.iter().copied().filter(|id| !self.taken.contains(id)).collect();
        if free.is_empty() {
            return unknown;
        }
        let records = self.wanted.get(&(suite, record.name.as_str())).copied().unwrap_or_default();
        let rows: Vec<(TestId, &TestRow)> =
            free.iter().filter_map(|id| Some((*id, self.snapshot.tests.get(id)?))).collect();
        match rows[..] {
            [(_, row)] if !self.may_adopt(row) => Match::None { reason: NOT_ADOPTED },
            [(id, _)] if records == 1 => {
                self.taken.insert(id);
                Match::Unmarked { id, reason: "it stands in the test's folder under its name" }
            }
            _ => {
                self.warnings.push(format!(
                    "{:?} in folder {:?}: {} of the reports and {} of the project go by that name; none is adopted",
                    record.name,
                    record.folder.join("/"),
                    count(records, "test"),
                    count(rows.len(), "test"),
                ));
                Match::None { reason: AMBIGUOUS }
            }
        }
    }

    fn may_adopt(&self, row: &TestRow) -> bool {
        match self.adopt {
            Adopt::Any => true,
            Adopt::Automated => row.is_automated == Some(true) || row.to_automate,
            Adopt::None => false,
        }
    }

    /// What a person should know of tests that stand several times, of which some are `left`.
    pub(super) fn warn_of_duplicates(&mut self, left: &HashMap<TestId, KeepReason>) {
        if left.is_empty() {
            return;
        }
        for record in self.records {
            let Some(duplicates) = self.snapshot.tests_by_identity.get(&record.identity) else {
                continue;
            };
            let name = format!("{:?}", record.name);
            self.warnings.extend(warning_of_duplicates(
                &name,
                "in the project (tests",
                duplicates,
                left,
            ));
        }
    }
}

/// Says which of `duplicates`, the first of which stands, are `left`, and why; nothing if none is.
pub(super) fn warning_of_duplicates<Id: Copy + Eq + Hash + Display>(
    name: &str,
    place: &str,
    duplicates: &[Id],
    left: &HashMap<Id, KeepReason>,
) -> Option<String> {
    let (first, rest) = duplicates.split_first()?;
    let rest: Vec<(Id, KeepReason)> =
        rest.iter().filter_map(|id| Some((*id, *left.get(id)?))).collect();
    if rest.is_empty() {
        return None;
    }
    let ids: Vec<String> =
        std::iter::once(first).chain(rest.iter().map(|(id, _)| id)).map(Id::to_string).collect();
    let reasons: Vec<String> =
        rest.iter().map(|(id, reason)| format!("{id} is left, because {reason}")).collect();
    Some(format!(
        "{name} stands {} times {place} {}); the first is used; {}",
        ids.len(),
        ids.join(", "),
        reasons.join("; ")
    ))
}
