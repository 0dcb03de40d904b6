//! Reads the project, and plans against it.

use crate::api::client::Client;
use crate::api::pages::PER_PAGE;
use crate::api::sets::check_whole_lists;
use crate::plan::{ChangePlan, PlanOptions, TestPlan, next_read};
use crate::snapshot::{Expected, Lists, Snapshot, Target, TargetError, read_all_identities};
use test_reports::record::TestRecord;

use super::lag::Waits;

/// How often the project is read while its lists show different tests each time.
const READINGS: usize = 4;

/// Reads all of the project that a plan for `records` needs.
///
/// # Errors
/// The first list that cannot be read, or a project without a root folder.
pub(super) async fn read_project(
    client: &Client,
    target: &Target,
    records: &[TestRecord],
    options: &PlanOptions,
    lists: Option<Lists>,
    expected: &Expected,
) -> Result<Snapshot, TargetError> {
    let mut snapshot = Snapshot::read_expecting(client, target, lists, expected).await?;
    while let Some(request) = next_read(records, &snapshot, &options.namespace) {
        snapshot.read_more(client, target, request).await?;
    }
    Ok(snapshot)
}

/// Reads the project, of which `lists` may have been read already, and plans `records` against it. If the list of tests has several pages, the tests to create are looked
/// up once more: see [`list`](crate::api::pages::list). If an existing test seems to lack steps or a folder, the project is read
/// again for as long as lists may lag: an earlier import may have written them just now.
///
/// # Errors
/// The first list that cannot be read, or a project without a root folder.
pub async fn read_and_plan(
    client: &Client,
    target: &Target,
    records: &[TestRecord],
    options: &PlanOptions,
    mut lists: Option<Lists>,
) -> Result<(Snapshot, ChangePlan), TargetError> {
    let expected = Expected { records: records.len(), ..Expected::default() };
    let mut reading = 1;
    let mut waits = Waits::default();
    loop {
        let snapshot =
            read_project(client, target, records, options, lists.take(), &expected).await?;
        let plan = ChangePlan::new(records, &snapshot, options);
        if !plan.is_empty() {
            check_whole_lists(client).await?;
        }
        if plan.lacks_something(&snapshot) && waits.wait(client, options.lag_wait).await {
            continue;
        }
        // A test whose identity is an alias of another test's row was seen, and is new.
        let is_new = |(record, test): &(&TestRecord, &TestPlan)| {
            test.row().is_none() && !snapshot.tests_by_alias.contains_key(&record.identity)
        };
        let mut new = records.iter().zip(&plan.tests).filter(is_new).peekable();
        let is_certain = snapshot.tests.len() as u64 <= PER_PAGE || new.peek().is_none();
        if is_certain || reading == READINGS {
            return Ok((snapshot, plan));
        }
        let again = read_all_identities(client, target.project.id).await?;
        if new.all(|(record, _)| !again.contains(&record.identity)) {
            return Ok((snapshot, plan));
        }
        reading += 1;
    }
}
