//! The only module that writes.
//!
//! The stages, in their order: folders level by level, links to people's folders, moves and links of tests, tests, placements, steps, aliases, verification. Each stage
//! reads back what it wrote before the next one builds on it. The failure of one row is a value ([`RecordOutcome`]); a
//! failure that concerns all rows is a [`Stop`].

mod adopt;
mod batch;
pub(crate) mod create;
mod dedup;
mod descriptions;
mod folder_links;
mod folders;
mod hidden;
mod import;
mod labels;
pub(crate) mod lag;
mod locate;
mod moves;
mod new_fields;
mod new_tests;
mod outcome;
mod overwritten;
mod placements;
mod priorities;
mod read;
mod retire;
mod step_changes;
mod steps;
mod undo;
mod verify;
mod written;

pub use dedup::{DedupOutcome, dedup};
pub use import::ApplyOptions;
pub use locate::locate;
pub use outcome::{Applied, RecordOutcome, Stop};
pub use read::{Planned, read_and_plan, read_and_plan_all};
pub use retire::{Retired, read_retire, retire};
pub use undo::{Undone, read_undo, undo};

use crate::api::client::Client;
use crate::plan::placed::LiveFolders;
use crate::plan::{ChangePlan, TestPlan};
use crate::progress::Stage;
use crate::snapshot::{Snapshot, Target};
use test_reports::record::TestRecord;

use import::Import;

/// Carries out `plan`, which was made from `records` and `snapshot`, and verifies the result. Errors
/// are part of [`Applied`].
pub async fn apply(
    client: &Client,
    target: &Target,
    records: &[TestRecord],
    snapshot: Snapshot,
    plan: &ChangePlan,
    options: &ApplyOptions,
) -> Applied {
    let mut import = Import::new(client, target, records, plan, options);
    let unflagged = plan.unflagged(&snapshot);
    // If nothing has to be written, the snapshot is the verification.
    let ended = if plan.is_empty() {
        import.applied.located = locate(plan, &snapshot);
        Ok(true)
    } else {
        run(&mut import, snapshot).await
    };
    for record in unflagged {
        import.refuse(record, NOT_AUTOMATED.to_owned());
    }
    import.finish(ended)
}

/// Why a test is not imported that the server does not call automated.
const NOT_AUTOMATED: &str = "the server did not keep its automated flag: is_automated is false, although nobody edited the test";

/// Runs all stages. Returns whether the result was verified.
async fn run(import: &mut Import<'_>, snapshot: Snapshot) -> Result<bool, Stop> {
    let rows = import.plan.tests.iter().map(TestPlan::writes).sum::<usize>()
        + import.plan.folders.to_create().count()
        + import.plan.folders.to_link().count();
    let progress = import.client.progress();
    progress.begin(Stage::Writing, rows as u64);
    import.delete_left_behind(&snapshot).await?;
    import.prove_descriptions(&snapshot, snapshot.folders.root()).await?;
    import.live_folders = LiveFolders::of(&snapshot.folders);
    import.expected.tests = snapshot.tests.len();
    import.expected.steps = snapshot.steps_by_id.len();
    let folders = import.create_folders(snapshot.into_folders()).await?;
    import.link_folders().await?;
    import.move_tests(&folders).await?;
    import.link_tests().await?;
    let (new, folders) = import.create_tests(folders).await?;
    import.place_tests(&folders).await?;
    import.leave_retired().await?;
    import.create_steps(&new).await?;
    import.remove_aliases().await?;
    progress.begin(Stage::Checking, 0);
    if import.sent_again {
        import.lag.wait_for_replication(import.client).await;
    }
    import.verify().await
}
