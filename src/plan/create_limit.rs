//! `--create-limit`: stops an import that would create a namespace again under new identities.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

use crate::api::ids::TestId;
use crate::snapshot::Snapshot;
use test_reports::identity::NamespaceMark;
use test_reports::record::TestRecord;

use super::change_plan::{ChangePlan, TestPlan};

/// The limit applies once a namespace holds this many tests.
const LIMIT_FROM: usize = 100;

/// How many tests may be created although the namespace has an unmatched test of the same name.
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
        let Some(percent) = text.strip_suffix('%') else {
            let invalid = |_| "write a number of tests, such as 200, or a share, such as 50%";
            return Ok(Self::Tests(text.parse().map_err(invalid)?));
        };
        match percent.trim_end().parse() {
            Ok(percent @ 0..=100) => Ok(Self::Percent(percent)),
            _ => Err("a share is a whole number from 0% to 100%".to_owned()),
        }
    }
}

/// The plan would create more tests again than the limit allows.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{suspicious} of the {held} tests of this namespace would be created again: the project has tests with the same names that are no longer reported"
)]
pub struct CreateLimitExceeded {
    /// The number of creations for which the namespace has an unmatched test of the same name.
    pub suspicious: usize,
    /// The number of tests in the namespace.
    pub held: usize,
}

impl CreateLimit {
    /// Checks `plan` against the limit. A changed name template must not double a project. A resumed import or a
    /// further shard creates tests with new names, and passes.
    ///
    /// # Errors
    /// When the plan exceeds the limit.
    pub fn check(
        self,
        plan: &ChangePlan,
        records: &[TestRecord],
        snapshot: &Snapshot,
        namespace: &str,
    ) -> Result<(), CreateLimitExceeded> {
        let mark = NamespaceMark::of(namespace);
        let matched: HashSet<TestId> = plan.tests.iter().filter_map(TestPlan::row).collect();
        let mut held = 0;
        let mut unmatched: HashMap<&str, usize> = HashMap::new();
        for (id, row) in snapshot.tests.iter().filter(|(_, row)| row.namespace == Some(mark)) {
            held += 1;
            if !matched.contains(id) {
                *unmatched.entry(&row.name).or_default() += 1;
            }
        }
        let mut suspicious = 0;
        for (record, plan) in records.iter().zip(&plan.tests) {
            // Each row explains one creation.
            if plan.row().is_none()
                && let Some(left) = unmatched.get_mut(&*record.name).filter(|left| **left > 0)
            {
                *left -= 1;
                suspicious += 1;
            }
        }
        let is_exceeded = match self {
            Self::Tests(tests) => suspicious as u64 > tests,
            Self::Percent(percent) => suspicious * 100 > held * usize::from(percent),
        };
        if held >= LIMIT_FROM && is_exceeded {
            Err(CreateLimitExceeded { suspicious, held })
        } else {
            Ok(())
        }
    }
}
