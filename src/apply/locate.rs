//! Where the tests of the records are.

use std::collections::HashMap;

use crate::api::ids::{SuiteId, TestId};
use crate::plan::ChangePlan;
use crate::snapshot::Snapshot;

/// The test of each record, and the folder that it is in: the record's, if it is there.
#[must_use]
pub fn locate(plan: &ChangePlan, snapshot: &Snapshot) -> Vec<Option<(TestId, SuiteId)>> {
    let mut first: HashMap<TestId, SuiteId> = HashMap::new();
    for (suite, tests) in &snapshot.tests_in_folder {
        for test in tests {
            first.entry(*test).and_modify(|known| *known = (*known).min(*suite)).or_insert(*suite);
        }
    }
    let located = plan.tests.iter().enumerate().map(|(record, test)| {
        let test = test.row()?;
        let own = plan.folders.suite_of_record(record).filter(|suite| {
            let here = snapshot.tests_in_folder.get(suite);
            here.is_some_and(|tests| tests.binary_search(&test).is_ok())
        });
        Some((test, own.or_else(|| first.get(&test).copied())?))
    });
    located.collect()
}
