//! Records and a snapshot in, a [`ChangePlan`] out: pure, and the same input gives the same plan.
//!
//! [`folders`] says which folder stands for a path, [`matching`] which row stands for a record. The
//! plan is a preview that prints; [`crate::apply`] carries it out stage by stage and asks this module
//! again after each reading.

pub mod change;
#[cfg(test)]
mod convergence;
pub mod dedup;
pub mod folders;
pub mod matching;
pub mod stale;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::api::ids::TestId;
use crate::snapshot::Snapshot;
use test_reports::identity::NamespaceMark;
use test_reports::record::{StepText, TestRecord};

use dedup::{Dedup, DedupPlan, DeletePolicy};
use folders::{FolderIndex, FolderPlan};
use matching::{Match, Matcher};

/// Which tests without identity may be adopted: `--adopt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adopt {
    /// Manual and automated tests.
    #[default]
    Any,
    /// Only tests that are marked as automated or to be automated.
    Automated,
    /// None.
    None,
}

/// What the user decided about planning.
#[derive(Clone, Debug, Default)]
pub struct PlanOptions {
    /// The namespace, cleaned.
    pub namespace: String,
    /// Which tests may be adopted.
    pub adopt: Adopt,
    /// Create no steps.
    pub no_steps: bool,
    /// How long after a row its twin may have been made to be healed: a quarter of an hour, or the deadline.
    pub window: Duration,
}

/// What has to be done so that every record stands in the project.
#[derive(Clone, Debug)]
pub struct ChangePlan {
    /// Every folder that a record's path names, parents before children.
    pub folders: FolderPlan,
    /// Twins of earlier imports, and how they are made one again.
    pub dedup: Vec<Dedup>,
    /// One for each record, in their order.
    pub tests: Vec<TestPlan>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// What has to be done about one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestPlan {
    /// No row stands for it.
    Create {
        /// Where.
        folder: FolderIndex,
        /// Why no row stands for it.
        reason: &'static str,
        /// How many steps it gets.
        steps: usize,
    },
    /// A person's test gets our identity.
    Adopt {
        /// The row.
        id: TestId,
        /// How it was found.
        reason: &'static str,
        /// It stands in no live folder and is placed here.
        place: Option<FolderIndex>,
    },
    /// The row that bears the identity.
    Matched {
        /// The row.
        id: TestId,
        /// It stands in no live folder and is placed here.
        place: Option<FolderIndex>,
        /// Sequence numbers, from 1, of the steps that it lacks.
        steps: Vec<usize>,
        /// Someone switched it off.
        overridden: bool,
    },
}

impl TestPlan {
    /// Whether nothing has to be written.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Matched { place: None, steps, .. } if steps.is_empty())
    }
}

impl ChangePlan {
    /// The plan for `records` against `snapshot`.
    ///
    /// [`Snapshot::steps`] must hold the steps of the tests that [`tests_to_read_steps_of`] names.
    #[must_use]
    pub fn new(records: &[TestRecord], snapshot: &Snapshot, options: &PlanOptions) -> Self {
        Self::judged(records, snapshot, options, dedup::NO_REASON)
    }

    /// The plan where `policy` decides which twins go.
    fn judged(
        records: &[TestRecord],
        snapshot: &Snapshot,
        options: &PlanOptions,
        policy: DeletePolicy<'_>,
    ) -> Self {
        let mut folders = FolderPlan::new(records, &snapshot.folders, &options.namespace);
        let mut matcher = Matcher::new(records, snapshot, &folders, options.adopt);
        let matches: Vec<Match> = (0..records.len()).map(|record| matcher.find(record)).collect();
        let DedupPlan { dedups: dedup, tests_left, folders_left } =
            dedup::dedups(records, snapshot, &folders, options, policy);
        matcher.warn_of_duplicates(&tests_left);
        let mut warnings = folders.warnings(&folders_left);
        warnings.extend(matcher.into_warnings());
        let mut tests = Vec::with_capacity(records.len());
        for (index, (record, found)) in records.iter().zip(matches).enumerate() {
            let folder = folders.of_record(index);
            let place = |id: &TestId| {
                let reachable = snapshot.tests.get(id).is_some_and(|row| row.reachable);
                (!reachable).then_some(folder)
            };
            let plan = match found {
                Match::None { reason } => {
                    let steps =
                        if options.no_steps { 0 } else { record.details.steps.len().max(1) };
                    TestPlan::Create { folder, reason, steps }
                }
                Match::Unmarked { id, reason } => TestPlan::Adopt { id, reason, place: place(&id) },
                Match::Ours { id } => {
                    let steps = if options.no_steps {
                        Vec::new()
                    } else {
                        missing_steps(record, id, snapshot)
                    };
                    let overridden =
                        snapshot.tests.get(&id).is_some_and(|row| row.is_automated == Some(false));
                    TestPlan::Matched { id, place: place(&id), steps, overridden }
                }
            };
            if matches!(
                plan,
                TestPlan::Create { .. }
                    | TestPlan::Adopt { place: Some(_), .. }
                    | TestPlan::Matched { place: Some(_), .. }
            ) {
                folders.need(folder);
            }
            tests.push(plan);
        }
        Self { folders, dedup, tests, warnings }
    }

    /// Whether nothing has to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dedup.is_empty()
            && self.folders.to_create().next().is_none()
            && self.tests.iter().all(TestPlan::is_done)
    }
}

/// The rows whose steps a plan has to know: tests of ours that were never changed since.
///
/// Adoption raises the epoch, and so does every edit of a person: such a test is left the steps it has.
pub fn tests_to_read_steps_of<'a>(
    records: &'a [TestRecord],
    snapshot: &'a Snapshot,
) -> impl Iterator<Item = TestId> + 'a {
    let mut wanted: Vec<TestId> = records
        .iter()
        .filter_map(|record| matching::find_by_identity(record, snapshot))
        .filter(|id| snapshot.tests.get(id).is_some_and(|row| row.epoch == 0))
        .collect();
    wanted.sort_unstable();
    wanted.into_iter()
}

/// Rows that bear the identity of a record and were seen in no live folder. [`Snapshot::look_for`] looks once more before
/// they are placed: lists are read at the same time, not at one moment.
#[must_use]
pub fn tests_to_look_for(records: &[TestRecord], snapshot: &Snapshot) -> Vec<TestId> {
    let is_reached = |id: &TestId| snapshot.tests.get(id).is_some_and(|row| row.reachable);
    let rows_by_identity =
        records.iter().filter_map(|record| matching::find_by_identity(record, snapshot));
    let mut lost: Vec<TestId> = rows_by_identity.filter(|id| !is_reached(id)).collect();
    lost.sort_unstable();
    lost.dedup();
    lost
}

/// The steps of a record: its own, or the placeholder.
#[must_use]
pub fn steps_of(record: &TestRecord) -> Vec<StepText> {
    if record.details.steps.is_empty() {
        vec![StepText::placeholder()]
    } else {
        record.details.steps.clone()
    }
}

/// The sequence numbers of steps that a test of ours lacks. Steps are created in descending sequence: a test
/// that was never edited and has no step with sequence 1 is unfinished.
fn missing_steps(record: &TestRecord, id: TestId, snapshot: &Snapshot) -> Vec<usize> {
    if snapshot.tests.get(&id).is_none_or(|row| row.epoch != 0) {
        return Vec::new();
    }
    let present = snapshot.steps.get(&id).map_or(&[][..], Vec::as_slice);
    if present.contains(&1) {
        return Vec::new();
    }
    let count = record.details.steps.len().max(1);
    // A step without a sequence, or beyond ours, was put there by a person: the test is theirs now.
    if present.iter().any(|&sequence| sequence == 0 || sequence > count as u64) {
        return Vec::new();
    }
    (1..=count).filter(|&sequence| !present.contains(&(sequence as u64))).collect()
}

/// `--create-limit`: how many creations a namespace that holds tests may bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateLimit {
    /// A number of tests.
    Tests(u64),
    /// A share of the namespace's tests, from 0 to 100.
    Percent(u8),
}

impl Default for CreateLimit {
    fn default() -> Self {
        Self::Percent(50)
    }
}

impl fmt::Display for CreateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tests(tests) => write!(f, "{tests}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl FromStr for CreateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || "write a number of tests, such as 200, or a share, such as 50%".to_owned();
        match text.strip_suffix('%') {
            Some(percent) => match percent.trim_end().parse() {
                Ok(percent @ 0..=100) => Ok(Self::Percent(percent)),
                _ => Err("a share is a whole number from 0% to 100%".to_owned()),
            },
            None => text.parse().map(Self::Tests).map_err(|_| wrong()),
        }
    }
}

/// The limit only counts once a namespace holds this many tests.
const LIMIT_FROM: usize = 100;

/// A plan that would create suspiciously many tests a second time.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{suspicious} of the {held} tests of this namespace would be created a second time: tests with the same names stand in the project, and no report names them any more"
)]
pub struct CreateLimitExceeded {
    /// Creations for which an unmatched test of the namespace bears the same name.
    pub suspicious: usize,
    /// Tests that the namespace holds.
    pub held: usize,
}

impl CreateLimit {
    /// Checks `plan` against the limit. A changed template of names must not double a project; a resumed import or a further
    /// shard creates tests whose names nobody bears, and passes.
    ///
    /// # Errors
    /// When more tests than the limit allows would be created although an unmatched test of the namespace bears the same name.
    pub fn check(
        self,
        plan: &ChangePlan,
        records: &[TestRecord],
        snapshot: &Snapshot,
        namespace: &str,
    ) -> Result<(), CreateLimitExceeded> {
        let mark = NamespaceMark::of(namespace);
        let matched: HashSet<TestId> = plan
            .tests
            .iter()
            .filter_map(|test| match test {
                TestPlan::Matched { id, .. } | TestPlan::Adopt { id, .. } => Some(*id),
                TestPlan::Create { .. } => None,
            })
            .collect();
        let mut held = 0;
        let mut unmatched: HashMap<&str, usize> = HashMap::new();
        for (id, row) in &snapshot.tests {
            if row.namespace == Some(mark) {
                held += 1;
                if !matched.contains(id) {
                    *unmatched.entry(&row.name).or_default() += 1;
                }
            }
        }
        let mut suspicious = 0;
        for (record, _) in records
            .iter()
            .zip(&plan.tests)
            .filter(|(_, test)| matches!(test, TestPlan::Create { .. }))
        {
            // One row explains one creation.
            if let Some(left) = unmatched.get_mut(record.name.as_str()).filter(|left| **left > 0) {
                *left -= 1;
                suspicious += 1;
            }
        }
        let over = match self {
            Self::Tests(tests) => suspicious as u64 > tests,
            Self::Percent(percent) => suspicious * 100 > held * usize::from(percent),
        };
        if held >= LIMIT_FROM && over {
            Err(CreateLimitExceeded { suspicious, held })
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
