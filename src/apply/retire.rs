//! Moves tests that no report names into a folder of their own, and removes the folders that are empty then.

use std::collections::HashSet;

use crate::api::client::Client;
use crate::api::ids::SuiteId;
use crate::plan::ChangePlan;
use crate::plan::folders::FolderPlan;
use crate::plan::moved::LeftOver;
use crate::plan::placed::LiveFolders;
use crate::plan::retire::{RetirePlan, RetiredTest, empty_folders, stays, unreported};
use crate::snapshot::folders::FolderTree;
use crate::snapshot::{Snapshot, Target, TargetError, read_folders};
use test_reports::identity::Identity;

use super::dedup::{Written, delete_folders};
use super::import::{ApplyOptions, Import};
use super::moves::{Move, MoveOutcome, move_tests, read_placements};
use super::outcome::Stop;

/// What was retired.
#[derive(Debug, Default)]
pub struct Retired {
    /// The paths of folders that were created.
    pub folders_created: Vec<Vec<String>>,
    /// The tests that were moved.
    pub tests: Vec<RetiredTest>,
    /// The paths of folders that were removed.
    pub folders_removed: Vec<Vec<String>>,
    /// Tests that stay where they are, and why.
    pub left: Vec<LeftOver>,
    /// Whether a read-back found every moved test in the folder.
    pub verified: bool,
    /// Why it ended early.
    pub stop: Option<Stop>,
}

/// Reads where the tests are that are in no report, and decides which of them move into the folder `to`.
///
/// # Errors
/// The first list that cannot be read.
pub async fn read_retire(
    client: &Client,
    snapshot: &Snapshot,
    namespace: &str,
    reported: &HashSet<Identity>,
    to: &[String],
    unmarks: bool,
) -> Result<RetirePlan, TargetError> {
    let tests = unreported(snapshot, namespace, reported);
    let live = LiveFolders::of(&snapshot.folders);
    let placements = read_placements(client, tests.iter().copied(), &live).await?;
    Ok(RetirePlan::new(snapshot, namespace, reported, &placements, to, unmarks))
}

/// Moves the tests of `plan` into the folder `to`.
pub async fn retire(
    client: &Client,
    target: &Target,
    snapshot: Snapshot,
    plan: &RetirePlan,
    to: &[String],
    options: &ApplyOptions,
) -> Retired {
    let mut retired = Retired { left: plan.left.clone(), ..Retired::default() };
    match run(client, target, snapshot, plan, to, options, &mut retired).await {
        Ok(verified) => retired.verified = verified,
        Err(stop) => retired.stop = Some(stop),
    }
    retired
}

async fn run(
    client: &Client,
    target: &Target,
    snapshot: Snapshot,
    plan: &RetirePlan,
    to: &[String],
    options: &ApplyOptions,
    retired: &mut Retired,
) -> Result<bool, Stop> {
    let namespace = &options.plan.namespace;
    if !plan.tests.is_empty() {
        move_all(client, target, &snapshot, plan, to, options, retired).await?;
    }
    let after = Snapshot::read(client, target).await?;
    let empty = empty_folders(&after, namespace, to, &HashSet::new());
    for level in empty.chunk_by(|(_, one), (_, next)| one.len() == next.len()) {
        let ids: Vec<SuiteId> = level.iter().map(|(id, _)| *id).collect();
        let written = delete_folders(client, target.plan.id, &ids).await?;
        for ((_, path), written) in level.iter().zip(written) {
            match written {
                Written::Done => retired.folders_removed.push(path.clone()),
                Written::Skipped(reason) => {
                    retired.left.push(LeftOver { name: path.join("/"), reason, suggestion: None })
                }
            }
        }
    }
    let is_there = |test: &RetiredTest| {
        after.tests.get(&test.id).is_none_or(|row| row.retired.is_some() && !row.reachable)
    };
    Ok(retired.tests.iter().all(is_there))
}

/// Moves the tests into the folder.
async fn move_all(
    client: &Client,
    target: &Target,
    snapshot: &Snapshot,
    plan: &RetirePlan,
    to: &[String],
    options: &ApplyOptions,
    retired: &mut Retired,
) -> Result<(), Stop> {
    let (folder, tree) = create_path(client, target, snapshot, to, options, retired).await?;
    let folders = LiveFolders::of(&tree);
    let moves: Vec<Move> = plan
        .tests
        .iter()
        .map(|test| Move { test: test.id, to: folder, unmarks: test.unmarks })
        .collect();
    let outcomes = move_tests(client, &moves, &folders).await?;
    for (test, outcome) in plan.tests.iter().zip(outcomes) {
        match outcome {
            MoveOutcome::There => retired.tests.push(test.clone()),
            MoveOutcome::Left(reason) => {
                retired.left.push(stays(test.id, &test.name, &reason));
            }
        }
    }
    Ok(())
}

/// Finds or creates the folder, level by level.
async fn create_path(
    client: &Client,
    target: &Target,
    snapshot: &Snapshot,
    to: &[String],
    options: &ApplyOptions,
    retired: &mut Retired,
) -> Result<(SuiteId, FolderTree), Stop> {
    let nothing = ChangePlan::default();
    let mut import = Import::new(client, target, &[], &nothing, options);
    let mut tree = snapshot.folders.clone();
    loop {
        let plan = FolderPlan::of_retired(to, &tree, &options.plan.namespace);
        let level: Vec<_> = plan.next_level().collect();
        let Some((folder, _)) = level.first() else {
            let found = plan.last().and_then(|folder| folder.suite);
            return found.map(|id| (id, tree)).ok_or_else(|| lost(to));
        };
        let path = folder.path.clone();
        let refused = import.create_level(&level, &mut tree).await?;
        if !refused.is_empty() {
            let reason = import.applied.warnings.pop().unwrap_or_default();
            return Err(Stop::Refused { kind: "folder", name: path.join("/"), reason });
        }
        tree = read_folders(client, target).await?;
        retired.folders_created.push(path);
    }
}

fn lost(to: &[String]) -> Stop {
    Stop::Lost { kind: "folder", name: to.join("/"), lacking: "with its identity" }
}
