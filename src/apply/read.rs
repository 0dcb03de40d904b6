//! Reads the project, and plans against it.

use std::collections::HashSet;

use crate::api::client::Client;
use crate::api::ids::TestId;
use crate::api::pages::PER_PAGE;
use crate::api::sets::check_whole_lists;
use crate::plan::{ChangePlan, PlanOptions, TestPlan, next_read};
use crate::snapshot::{
    Expected, Lists, ReadRequest, Snapshot, Target, TargetError, read_all_identities,
};
use test_reports::record::TestRecord;

use super::lag::Waits;

/// How often the project is read while its lists show different tests each time.
const READINGS: usize = 4;

/// The records of one namespace, and how they are planned.
pub type Planned<'a> = (&'a [TestRecord], &'a PlanOptions);

/// Reads all of the project that plans for all `parts` need.
///
/// # Errors
/// The first list that cannot be read, or a project without a root folder.
pub(super) async fn read_project(
    client: &Client,
    target: &Target,
    parts: &[Planned<'_>],
    lists: Option<Lists>,
    expected: &Expected,
) -> Result<Snapshot, TargetError> {
    let next = |snapshot: &Snapshot| {
        let requests = parts
            .iter()
            .filter_map(|(records, options)| next_read(records, snapshot, &options.namespace));
        requests.reduce(ReadRequest::and)
    };
    let (mut lists, mut reading) = (lists, 1);
    loop {
        let mut snapshot = Snapshot::read_expecting(client, target, lists.take(), expected).await?;
        while let Some(request) = next(&snapshot) {
            snapshot.read_more(client, target, request).await?;
        }
        // Another import may be deleting the same duplicates.
        if !snapshot.misses_duplicates || reading == READINGS {
            return Ok(snapshot);
        }
        reading += 1;
    }
}

/// As [`read_and_plan_all`], for the records of one namespace.
///
/// # Errors
/// The first list that cannot be read, or a project without a root folder.
pub async fn read_and_plan(
    client: &Client,
    target: &Target,
    records: &[TestRecord],
    options: &PlanOptions,
) -> Result<(Snapshot, ChangePlan), TargetError> {
    let (snapshot, mut plans) =
        read_and_plan_all(client, target, &[(records, options)], None).await?;
    Ok((snapshot, plans.pop().unwrap_or_default()))
}

/// Reads the project, of which `lists` may have been read already, and plans each of the `parts` against it. A row that one plan adopts or carries over is not there for the
/// next one. If the list of tests has several pages, the tests to create are looked
/// up once more: see [`list`](crate::api::pages::list). If an existing test seems to lack steps or a folder, the project is read
/// again for as long as lists may lag: an earlier import may have written them just now.
///
/// # Errors
/// The first list that cannot be read, or a project without a root folder.
pub async fn read_and_plan_all(
    client: &Client,
    target: &Target,
    parts: &[Planned<'_>],
    mut lists: Option<Lists>,
) -> Result<(Snapshot, Vec<ChangePlan>), TargetError> {
    let records = parts.iter().map(|(records, _)| records.len()).sum();
    let expected = Expected { records, ..Expected::default() };
    let mut reading = 1;
    let mut waits = Waits::default();
    loop {
        let snapshot = read_project(client, target, parts, lists.take(), &expected).await?;
        let plans = plan_all(parts, &snapshot);
        if plans.iter().any(|plan| !plan.is_empty()) {
            check_whole_lists(client).await?;
        }
        let lag_wait = parts.iter().map(|(_, options)| options.lag_wait).max().unwrap_or_default();
        if plans.iter().any(|plan| plan.lacks_something(&snapshot))
            && waits.wait(client, lag_wait).await
        {
            continue;
        }
        // A test whose identity is an alias of another test's row was seen, and is new.
        let is_new = |(record, test): &(&TestRecord, &TestPlan)| {
            test.row().is_none() && !snapshot.tests_by_alias.contains_key(&record.identity)
        };
        let tests = parts.iter().zip(&plans);
        let tests = tests.flat_map(|((records, _), plan)| records.iter().zip(&plan.tests));
        let mut new = tests.filter(is_new).peekable();
        let is_certain = snapshot.tests.len() as u64 <= PER_PAGE || new.peek().is_none();
        if is_certain || reading == READINGS {
            return Ok((snapshot, plans));
        }
        let again = read_all_identities(client, target.project.id).await?;
        if new.all(|(record, _)| !again.contains(&record.identity)) {
            return Ok((snapshot, plans));
        }
        reading += 1;
    }
}

fn plan_all(parts: &[Planned<'_>], snapshot: &Snapshot) -> Vec<ChangePlan> {
    let mut plans = Vec::new();
    let mut taken: HashSet<TestId> = HashSet::new();
    for (records, options) in parts {
        let plan = if taken.is_empty() {
            ChangePlan::new(records, snapshot, options)
        } else {
            let mut options = PlanOptions::clone(options);
            options.others.rows.extend(&taken);
            ChangePlan::new(records, snapshot, &options)
        };
        taken.extend(plan.tests.iter().filter_map(|test| match test {
            TestPlan::Adopt { id, .. } | TestPlan::Relink { id, .. } => Some(*id),
            TestPlan::Create { .. } | TestPlan::Matched { .. } => None,
        }));
        plans.push(plan);
    }
    plans
}
