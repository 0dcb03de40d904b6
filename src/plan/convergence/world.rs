//! A server in a handful of bytes: the rows that an import makes, and what a person may do to them.
//!
//! Rows are named by their index, which grows with every create, as ids do. A deleted row keeps its index.

use std::hash::Hash;

/// The row of a table.
pub(super) type Row = u8;

/// A folder of the reports: the index of its path.
pub(super) type Path = u8;

/// A test of the reports: the index of its record.
pub(super) type Record = u8;

/// The root folder.
pub(super) const ROOT: Row = 0;

/// What a deleted suite leaves in lists. Nobody outside knows what the service does, so both are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Deletion {
    /// Rows that name a deleted row are hidden with it.
    Cascades,
    /// They are still listed.
    Leaves,
}

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Suite {
    /// Which of the reports' folders it is, or none: the root folder, and a person's.
    pub(super) path: Option<Path>,
    /// The folder around it.
    pub(super) parent: Row,
    /// Made long after the imports.
    pub(super) late: bool,
    /// A person renamed it.
    pub(super) renamed: bool,
    /// A person described it.
    pub(super) described: bool,
    /// A person put it into another plan too.
    pub(super) elsewhere: bool,
    /// A person works with it: nothing may be moved out of it, and it may not go.
    pub(super) theirs: bool,
    pub(super) deleted: bool,
}

/// A test.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Test {
    /// Whose identity it bears; none: a person's.
    pub(super) record: Option<Record>,
    pub(super) late: bool,
    pub(super) renamed: bool,
    pub(super) described: bool,
    /// Edited since, such as in its precondition and back.
    pub(super) edited: bool,
    /// A run has results of it.
    pub(super) used: bool,
    pub(super) theirs: bool,
    pub(super) deleted: bool,
}

/// Where a test stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FolderMembership {
    pub(super) suite: Row,
    pub(super) test: Row,
    pub(super) deleted: bool,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Step {
    pub(super) test: Row,
    pub(super) sequence: u8,
    pub(super) late: bool,
    /// A person wrote other words.
    pub(super) reworded: bool,
    pub(super) edited: bool,
    pub(super) theirs: bool,
    pub(super) deleted: bool,
}

/// Everything that the server holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) suites: Vec<Suite>,
    pub(super) tests: Vec<Test>,
    pub(super) places: Vec<FolderMembership>,
    pub(super) steps: Vec<Step>,
}

/// A row to be made.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum New {
    Suite { path: Path, parent: Row },
    Test { record: Record, suite: Row },
    FolderMembership { suite: Row, test: Row },
    Step { test: Row, sequence: u8 },
}

impl World {
    /// Nothing but a root folder.
    pub(super) fn empty() -> Self {
        let root = Suite {
            path: None,
            parent: ROOT,
            late: false,
            renamed: false,
            described: false,
            elsewhere: false,
            theirs: true,
            deleted: false,
        };
        Self { suites: vec![root], tests: Vec::new(), places: Vec::new(), steps: Vec::new() }
    }

    /// Makes a row, unless what it names is not there; gives back its index.
    pub(super) fn create(&mut self, new: &New) -> Option<Row> {
        match *new {
            New::Suite { path, parent } => {
                let path = Some(path);
                self.live_suite(parent)
                    .then(|| self.add_suite(Suite { path, parent, ..Self::plain_suite() }))
            }
            New::Test { record, suite } => self.live_suite(suite).then(|| {
                let test = Test { record: Some(record), ..Self::plain_test() };
                self.add_test(test, suite)
            }),
            New::FolderMembership { suite, test } => {
                let exists = self.live_suite(suite) && !self.tests[usize::from(test)].deleted;
                exists.then(|| {
                    push(&mut self.places, FolderMembership { suite, test, deleted: false })
                })
            }
            New::Step { test, sequence } => {
                let step = Step { test, sequence, ..Self::plain_step() };
                (!self.tests[usize::from(test)].deleted).then(|| push(&mut self.steps, step))
            }
        }
    }

    pub(super) fn plain_suite() -> Suite {
        Suite { theirs: false, ..Self::empty().suites.remove(0) }
    }

    pub(super) fn plain_test() -> Test {
        Test {
            record: None,
            late: false,
            renamed: false,
            described: false,
            edited: false,
            used: false,
            theirs: false,
            deleted: false,
        }
    }

    pub(super) fn plain_step() -> Step {
        Step {
            test: 0,
            sequence: 1,
            late: false,
            reworded: false,
            edited: false,
            theirs: false,
            deleted: false,
        }
    }

    pub(super) fn add_suite(&mut self, suite: Suite) -> Row {
        push(&mut self.suites, suite)
    }

    pub(super) fn add_test(&mut self, test: Test, suite: Row) -> Row {
        let test = push(&mut self.tests, test);
        push(&mut self.places, FolderMembership { suite, test, deleted: false });
        test
    }

    pub(super) fn live_suite(&self, suite: Row) -> bool {
        !self.suites[usize::from(suite)].deleted
    }

    /// Whether the root folder is reached from `suite`.
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

    /// Whether lists show a place.
    pub(super) fn shows(&self, place: &FolderMembership, deletion: Deletion) -> bool {
        let hides = deletion == Deletion::Cascades;
        !place.deleted
            && (!hides
                || (self.live_suite(place.suite) && !self.tests[usize::from(place.test)].deleted))
    }

    /// The live folders in which a test stands.
    pub(super) fn folders_of(&self, test: Row) -> impl Iterator<Item = Row> + '_ {
        self.places
            .iter()
            .filter(move |place| !place.deleted && place.test == test && self.reached(place.suite))
            .map(|place| place.suite)
    }
}

fn push<T>(rows: &mut Vec<T>, row: T) -> Row {
    rows.push(row);
    u8::try_from(rows.len() - 1).expect("a search with fewer than 256 rows of a kind")
}
