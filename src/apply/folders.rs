//! Creates folders, level by level: nothing is put into a folder that was not read back.

use std::collections::HashSet;
use std::time::Instant;

use crate::api::client::WriteOutcome;
use crate::api::ids::SuiteId;
use crate::api::wire::{NewFolderPlace, NewPlanSuite, NewSuite, PlanSuite, Resource as _, Suite};
use crate::description::IdentityLine;
use crate::plan::folders::{FolderPlan, PlannedFolder};
use crate::snapshot::folders::FolderTree;
use crate::snapshot::read_folders;
use test_reports::identity::Identity;
use test_reports::text;

use super::create::{Creation, NewRows};
use super::import::{Import, identity_in};
use super::lag::Waits;
use super::outcome::Stop;

impl Import<'_> {
    /// Creates the folders that the plan needs. Returns the folder of each record.
    pub(super) async fn create_folders(
        &mut self,
        mut tree: FolderTree,
    ) -> Result<FolderPlan, Stop> {
        let mut refused: HashSet<Identity> = HashSet::new();
        // The reading of the project waited for places already.
        let mut has_waited = true;
        loop {
            let plan = self.needed_folders(&tree);
            let is_refused = |folder: &PlannedFolder| refused.contains(&folder.identity);
            let level: Vec<_> =
                plan.next_level().filter(|(folder, _)| !is_refused(folder)).collect();
            if level.is_empty() {
                self.refuse_without_folder(&plan);
                return Ok(plan);
            }
            if !std::mem::replace(&mut has_waited, true) {
                // Another import creates the same folders, and lists may show them before their places.
                let is_unplaced = |tree: &FolderTree, (folder, _): &(&PlannedFolder, SuiteId)| {
                    tree.unplaced(folder.identity).is_some()
                };
                let mut waits = Waits::default();
                while level.iter().any(|folder| is_unplaced(&tree, folder))
                    && waits.wait(self.client, self.lag.limit).await
                {
                    tree = read_folders(self.client, self.target).await?;
                }
                if !waits.waited.is_zero() {
                    continue;
                }
            }
            if let Some(failed) = self.place_level(&level, &mut tree).await? {
                refused.extend(failed);
                continue;
            }
            has_waited = false;
            refused.extend(self.create_level(&level, &mut tree).await?);
        }
    }

    /// Gives a place to the folders of a level that exist and have none: they are not created again. Returns those that are still
    /// not in the tree; none if there were no such folders.
    async fn place_level(
        &mut self,
        level: &[(&PlannedFolder, SuiteId)],
        tree: &mut FolderTree,
    ) -> Result<Option<Vec<Identity>>, Stop> {
        let unplaced: Vec<(&PlannedFolder, NewFolderPlace)> = level
            .iter()
            .filter_map(|(folder, parent_id)| {
                let suite_id = tree.unplaced(folder.identity)?;
                let plan_id = self.target.plan.id;
                Some((*folder, NewFolderPlace { plan_id, suite_id, parent_id: *parent_id }))
            })
            .collect();
        if unplaced.is_empty() {
            return Ok(None);
        }
        for (folder, place) in &unplaced {
            if let WriteOutcome::Refused(error) | WriteOutcome::Unknown(error) =
                self.client.create::<PlanSuite>(PlanSuite::NAME, place).await?
            {
                let path = folder.path.join("/");
                self.applied.warnings.push(format!(
                    "folder {path:?} (suite {}) has no place in the plan, and could not be placed: {error}",
                    place.suite_id
                ));
            }
        }
        let mut waits = Waits::default();
        loop {
            *tree = read_folders(self.client, self.target).await?;
            let is_lost = |folder: &PlannedFolder| tree.with_identity(folder.identity).is_empty();
            let lost: Vec<Identity> = unplaced
                .iter()
                .filter(|(folder, _)| is_lost(folder))
                .map(|(folder, _)| folder.identity)
                .collect();
            if lost.is_empty() || !waits.wait(self.client, self.lag.limit).await {
                return Ok(Some(lost));
            }
        }
    }

    /// Creates one level of folders in their parents. Returns those that the server refused.
    pub(super) async fn create_level(
        &mut self,
        level: &[(&PlannedFolder, SuiteId)],
        tree: &mut FolderTree,
    ) -> Result<Vec<Identity>, Stop> {
        let (client, target, namespace) = (self.client, self.target, self.namespace());
        let path = |key: usize| level[key].0.path.join("/");
        let (limit, mut first) = (self.lag.limit, None::<Instant>);
        let rows = NewRows {
            kind: "folder",
            lacking: "with its identity below its parent",
            read_back_all: true,
            name: path,
            body: |key: usize| {
                let (folder, parent_id) = level[key];
                let line = if folder.retired {
                    IdentityLine::of_retired(&folder.path, folder.identity, namespace)
                } else {
                    IdentityLine::of_folder(&folder.path, folder.identity, namespace)
                };
                NewSuite {
                    name: text::fit_name(&folder.name).into_owned(),
                    description: line.to_string(),
                    plan_id: target.plan.id,
                    plan_suite: NewPlanSuite { parent_id },
                    project_id: target.project.id,
                }
            },
            kept: |suite: Suite| (suite.id, identity_in(suite.description.as_deref())),
            existing: async |keys: &[usize]| {
                *tree = read_folders(client, target).await?;
                let is_live = |key: &usize| !tree.with_identity(level[*key].0.identity).is_empty();
                let is_unplaced = |key: &usize| tree.unplaced(level[*key].0.identity).is_some();
                // A folder whose place is not listed yet, or was not stored, is not lost.
                let is_late = first.get_or_insert_with(Instant::now).elapsed() >= limit;
                let exists = |key: &usize| is_live(key) || is_late && is_unplaced(key);
                Ok(keys.iter().copied().filter(exists).collect())
            },
        };
        let creation: Creation<usize, (SuiteId, Option<Identity>)> =
            self.create(rows, (0..level.len()).collect()).await;
        self.applied
            .folders_created
            .extend(creation.created.iter().map(|key| level[*key].0.identity));
        for (suite, identity) in creation.answers {
            self.own.folders.insert(suite);
            self.own.acknowledged.extend(identity);
        }
        for (key, error) in &creation.refused {
            self.applied.warnings.push(format!("folder {:?} was refused: {error}", path(*key)));
        }
        creation.end?;
        Ok(creation.refused.iter().map(|(key, _)| level[*key].0.identity).collect())
    }

    /// The folders of all records; needed are those in which something will be created or placed.
    fn needed_folders(&self, tree: &FolderTree) -> FolderPlan {
        let mut folders = FolderPlan::new(self.records, tree, &self.options.plan.namespace);
        for (record, plan) in self.plan.tests.iter().enumerate() {
            if plan.needs_folder() {
                folders.need(folders.of_record(record));
            }
        }
        folders
    }

    /// Refuses the records whose folder could not be created.
    fn refuse_without_folder(&mut self, folders: &FolderPlan) {
        for (record, plan) in self.plan.tests.iter().enumerate() {
            if plan.needs_folder() && folders.suite_of_record(record).is_none() {
                let path = self.records[record].class.folder.join("/");
                self.refuse(record, format!("its folder {path:?} was refused"));
            }
        }
    }
}
