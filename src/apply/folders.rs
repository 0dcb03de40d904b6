//! Folders, level by level: nothing is put into a folder that was not read back.

use crate::description;
use std::collections::HashSet;

use crate::api::client::Client;
use crate::api::ids::SuiteId;
use crate::api::wire::{NewPlanSuite, NewSuite, Suite};
use crate::plan::TestPlan;
use crate::plan::folders::{FolderPlan, PlannedFolder};
use crate::snapshot::folders::FolderTree;
use crate::snapshot::{Target, read_folders};
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::text;

use super::create::{ReadBack, Rows, create_rows};
use super::{Import, Stop};

impl Import<'_> {
    /// Creates the folders that the plan needs; gives back which row stands for each record's folder.
    pub(super) async fn build_folders(&mut self, tree: FolderTree) -> Result<FolderPlan, Stop> {
        let mut tree = tree;
        let mut refused: HashSet<Identity> = HashSet::new();
        loop {
            let plan = self.needed_folders(&tree);
            let level: Vec<(PlannedFolder, SuiteId)> = plan
                .next_level()
                .filter(|(folder, _)| !refused.contains(&folder.identity))
                .map(|(folder, parent)| (folder.clone(), parent))
                .collect();
            if level.is_empty() {
                self.refuse_without_folder(&plan);
                return Ok(plan);
            }
            let keys = (0..level.len()).collect();
            let mut rows = FolderRows {
                client: self.client,
                target: self.target,
                namespace: &self.options.plan.namespace,
                level: &level,
                read: None,
            };
            let (creation, ended) =
                create_rows(self.client, &mut rows, keys, self.options.batch_size).await;
            self.folders_created.extend(creation.created.iter().map(|key| level[*key].0.identity));
            self.answered.folders.extend(creation.answered.iter().map(|suite| suite.id));
            self.sent_again |= creation.sent_again;
            let read = rows.read;
            for (key, error) in creation.refused {
                let (folder, _) = &level[key];
                refused.insert(folder.identity);
                self.warnings
                    .push(format!("folder {:?} was refused: {error}", folder.path.join("/")));
            }
            ended?;
            if let Some(read) = read {
                tree = read;
            }
        }
    }

    /// The folders of all records, those marked in which something will be created or placed.
    fn needed_folders(&self, tree: &FolderTree) -> FolderPlan {
        let mut folders = FolderPlan::new(self.records, tree, &self.options.plan.namespace);
        for (record, plan) in self.plan.tests.iter().enumerate() {
            if needs_folder(plan) {
                folders.need(folders.of_record(record));
            }
        }
        folders
    }

    /// Records whose folder could not be made are refused with it.
    fn refuse_without_folder(&mut self, folders: &FolderPlan) {
        for (record, plan) in self.plan.tests.iter().enumerate() {
            if needs_folder(plan) && folders.suite(folders.of_record(record)).is_none() {
                let path = self.records[record].folder.join("/");
                self.refuse(record, format!("its folder {path:?} was refused"));
            }
        }
    }
}

fn needs_folder(plan: &TestPlan) -> bool {
    match plan {
        TestPlan::Create { .. } => true,
        TestPlan::Adopt { place, .. } | TestPlan::Matched { place, .. } => place.is_some(),
    }
}

/// One level of folders that is being created.
struct FolderRows<'a> {
    client: &'a Client,
    target: &'a Target,
    namespace: &'a str,
    level: &'a [(PlannedFolder, SuiteId)],
    /// The folders as they were last read.
    read: Option<FolderTree>,
}

impl Rows for FolderRows<'_> {
    type Key = usize;
    type Body = NewSuite;
    type Answer = Suite;

    const KIND: &'static str = "folder";
    const LACKING: &'static str = "with its identity below its parent";
    const READ_BACK: ReadBack = ReadBack::Always;

    fn body(&self, key: usize) -> NewSuite {
        let (folder, parent) = &self.level[key];
        let mark = NamespaceMark::of(self.namespace);
        NewSuite {
            name: text::fit_name(&folder.name).into_owned(),
            description: description::folder_line(&folder.path, folder.identity, mark),
            plan_id: self.target.plan.id,
            plan_suite: NewPlanSuite { parent_id: *parent },
            project_id: self.target.project.id,
        }
    }

    fn name(&self, key: usize) -> String {
        self.level[key].0.path.join("/")
    }

    async fn present(&mut self, keys: &[usize]) -> Result<HashSet<usize>, Stop> {
        let tree = read_folders(self.client, self.target).await?;
        let present = keys
            .iter()
            .copied()
            .filter(|key| !tree.with_identity(self.level[*key].0.identity).is_empty())
            .collect();
        self.read = Some(tree);
        Ok(present)
    }
}
