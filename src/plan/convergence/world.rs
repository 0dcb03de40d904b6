//! A server of a few bytes: the rows that an import creates, and what a person may do to them.
//!
//! A row is named by its index, which grows with every create, as ids do. A deleted row keeps its index.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

/// The index of a row in its table.
pub(super) type Row = u8;

/// The index of a folder of the reports.
pub(super) type Path = u8;

/// The index of a record of the reports.
pub(super) type Record = u8;

/// The root folder.
pub(super) const ROOT: Row = 0;

/// The lists of the API, as bits.
pub(super) const SUITES: u8 = 1;
pub(super) const PARENTS: u8 = 1 << 1;
pub(super) const TESTS: u8 = 1 << 2;
pub(super) const PLACES: u8 = 1 << 3;
pub(super) const STEPS: u8 = 1 << 4;

/// All lists.
pub(super) const ALL_LISTS: u8 = SUITES | PARENTS | TESTS | PLACES | STEPS;

/// A number of rows for each list, in the order of their bits.
pub(super) type Lengths = [Row; 5];

/// What one reading shows: a list that lags lacks the rows that were created last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'a> {
    pub(super) world: &'a World,
    /// By list: how many rows it shows; more than there are if it does not lag.
    pub(super) shown: Lengths,
    /// Whether the whole reading is older than the last change.
    pub(super) is_stale: bool,
}

impl<'a> Reading<'a> {
    /// Of a server whose lists do not lag.
    pub(super) fn of(world: &'a World) -> Self {
        Self { world, shown: [Row::MAX; 5], is_stale: false }
    }

    /// Whether a list may show rows late.
    pub(super) fn lags(&self) -> bool {
        self.shown.iter().any(|shown| *shown < Row::MAX)
    }

    /// The rows that a list shows.
    pub(super) fn rows<'b, T>(&self, list: u8, rows: &'b [T]) -> &'b [T] {
        let shown = usize::from(self.shown[list.trailing_zeros() as usize]);
        &rows[..rows.len().min(shown)]
    }
}

/// The lists in `lists`, as indexes into [`Lengths`].
pub(super) fn indexes(lists: u8) -> impl Iterator<Item = usize> {
    (0..5).filter(move |list| lists & 1 << list != 0)
}

/// What lists show after a deletion. It is not documented what the service does, so both are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Deletion {
    /// Rows that refer to a deleted row are hidden.
    Cascades,
    /// Rows that refer to a deleted row are still listed.
    Leaves,
}

/// A folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Suite {
    /// Its path in the reports; none for the root folder and a person's folders.
    pub(super) path: Option<Path>,
    /// Its parent.
    pub(super) parent: Row,
    /// Created long after the imports.
    pub(super) late: bool,
    /// A person renamed it.
    pub(super) renamed: bool,
    /// A person described it.
    pub(super) described: bool,
    /// A person added it to another plan.
    pub(super) elsewhere: bool,
    /// A person works with it: nothing may be moved out of it, and it must not be deleted.
    pub(super) theirs: bool,
    pub(super) deleted: bool,
}

/// A test.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Test {
    /// The record whose identity it has; none for a person's test.
    pub(super) record: Option<Record>,
    /// The record whose identity it had before it was carried over.
    pub(super) alias: Option<Record>,
    pub(super) late: bool,
    pub(super) renamed: bool,
    pub(super) described: bool,
    /// A person edited it, possibly without a lasting change.
    pub(super) edited: bool,
    /// It has results in a run.
    pub(super) used: bool,
    pub(super) theirs: bool,
    pub(super) deleted: bool,
}

/// The placement of a test in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FolderMembership {
    pub(super) suite: Row,
    pub(super) test: Row,
    /// Whether a person placed it, much later.
    pub(super) late: bool,
    pub(super) deleted: bool,
}

/// A step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Step {
    pub(super) test: Row,
    pub(super) sequence: u8,
    pub(super) late: bool,
    /// A person changed its text.
    pub(super) reworded: bool,
    pub(super) edited: bool,
    pub(super) theirs: bool,
    pub(super) deleted: bool,
}

/// A row that the server returned to an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum OwnRow {
    Suite(Row),
    Test(Row),
    Place(Row),
    Step(Row),
}

/// All rows of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) suites: Vec<Suite>,
    pub(super) tests: Vec<Test>,
    pub(super) places: Vec<FolderMembership>,
    pub(super) steps: Vec<Step>,
}

/// A row to create.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum New {
    Suite { path: Path, parent: Row },
    Test { record: Record, suite: Row },
    FolderMembership { suite: Row, test: Row },
    Step { test: Row, sequence: u8 },
}

impl World {
    /// With a root folder and nothing else.
    pub(super) fn empty() -> Self {
        let root = Suite { theirs: true, ..Suite::default() };
        Self { suites: vec![root], ..Self::default() }
    }

    /// Creates a row, unless it refers to a deleted one. Returns its index.
    pub(super) fn create(&mut self, new: &New) -> Option<Row> {
        match *new {
            New::Suite { path, parent } => {
                let path = Some(path);
                self.live_suite(parent)
                    .then(|| self.add_suite(Suite { path, parent, ..Suite::default() }))
            }
            New::Test { record, suite } => self.live_suite(suite).then(|| {
                let test = Test { record: Some(record), ..Test::default() };
                self.add_test(test, suite)
            }),
            New::FolderMembership { suite, test } => {
                let exists = self.live_suite(suite) && !self.tests[usize::from(test)].deleted;
                exists.then(|| {
                    push(
                        &mut self.places,
                        FolderMembership { suite, test, late: false, deleted: false },
                    )
                })
            }
            New::Step { test, sequence } => {
                let step = Step { test, sequence, ..Step::default() };
                (!self.tests[usize::from(test)].deleted).then(|| push(&mut self.steps, step))
            }
        }
    }

    /// Whether a row exists.
    pub(super) fn is_live(&self, row: OwnRow) -> bool {
        match row {
            OwnRow::Suite(row) => self.suites.get(usize::from(row)).is_some_and(|row| !row.deleted),
            OwnRow::Test(row) => self.tests.get(usize::from(row)).is_some_and(|row| !row.deleted),
            OwnRow::Place(row) => self.places.get(usize::from(row)).is_some_and(|row| !row.deleted),
            OwnRow::Step(row) => self.steps.get(usize::from(row)).is_some_and(|row| !row.deleted),
        }
    }

    /// Whether a row exists, and an older one means the same.
    pub(super) fn is_duplicate(&self, row: OwnRow) -> bool {
        fn has_older<T>(rows: &[T], row: Row, means_same: impl Fn(&T, &T) -> bool) -> bool {
            let (older, row) = rows.split_at(usize::from(row));
            older.iter().any(|older| means_same(older, &row[0]))
        }
        self.is_live(row)
            && match row {
                OwnRow::Suite(row) => has_older(&self.suites, row, |older, row| {
                    !older.deleted && older.path == row.path
                }),
                OwnRow::Test(row) => has_older(&self.tests, row, |older, row| {
                    !older.deleted && older.record == row.record
                }),
                OwnRow::Place(row) => has_older(&self.places, row, |older, row| {
                    !older.deleted && (older.suite, older.test) == (row.suite, row.test)
                }),
                OwnRow::Step(row) => has_older(&self.steps, row, |older, row| {
                    !older.deleted && (older.test, older.sequence) == (row.test, row.sequence)
                }),
            }
    }

    /// The number of rows in each list.
    pub(super) fn lengths(&self) -> Lengths {
        let length = |rows: usize| Row::try_from(rows).unwrap_or(Row::MAX);
        let suites = length(self.suites.len());
        [
            suites,
            suites,
            length(self.tests.len()),
            length(self.places.len()),
            length(self.steps.len()),
        ]
    }

    pub(super) fn add_suite(&mut self, suite: Suite) -> Row {
        push(&mut self.suites, suite)
    }

    pub(super) fn add_test(&mut self, test: Test, suite: Row) -> Row {
        let test = push(&mut self.tests, test);
        push(&mut self.places, FolderMembership { suite, test, late: false, deleted: false });
        test
    }

    pub(super) fn live_suite(&self, suite: Row) -> bool {
        !self.suites[usize::from(suite)].deleted
    }

    /// Whether `suite` and its ancestors are live.
    pub(super) fn reached(&self, suite: Row) -> bool {
        let mut at = suite;
        while at != ROOT {
            if !self.live_suite(at) {
                return false;
            }
            at = self.suites[usize::from(at)].parent;
        }
        true
    }

    /// Whether lists show a placement.
    pub(super) fn shows(&self, place: &FolderMembership, deletion: Deletion) -> bool {
        let hides = deletion == Deletion::Cascades;
        !place.deleted
            && (!hides
                || (self.live_suite(place.suite) && !self.tests[usize::from(place.test)].deleted))
    }

    /// The live folders that contain a test.
    pub(super) fn folders_of(&self, test: Row) -> impl Iterator<Item = Row> + '_ {
        self.places
            .iter()
            .filter(move |place| !place.deleted && place.test == test && self.reached(place.suite))
            .map(|place| place.suite)
    }
}

fn push<T>(rows: &mut Vec<T>, row: T) -> Row {
    rows.push(row);
    u8::try_from(rows.len() - 1).expect("a scenario has fewer than 256 rows of a kind")
}

/// A hash that represents a value. The chance that any two of a million states share one is one in ten million.
pub(crate) fn fingerprint(value: &impl Hash) -> u64 {
    let mut hasher = FoldedMultiply(0);
    value.hash(&mut hasher);
    hasher.finish()
}

/// Results by the fingerprint of their input.
pub(super) type Cache<T> = RefCell<HashMap<u64, T>>;

pub(super) fn cached<T: Clone>(
    cache: &Cache<T>,
    key: &impl Hash,
    compute: impl FnOnce() -> T,
) -> T {
    cache.borrow_mut().entry(fingerprint(key)).or_insert_with(compute).clone()
}

/// A hasher that is three times as fast as the standard one where neither is optimised.
struct FoldedMultiply(u64);

impl Hasher for FoldedMultiply {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        let product = u128::from(self.0 ^ value ^ 0x9E37_79B9_7F4A_7C15)
            * u128::from(self.0.rotate_left(32) ^ 0xD6E8_FEB8_6659_FD93);
        self.0 = (product >> 64) as u64 ^ product as u64;
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
