//! Creates tests.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use crate::api::ids::{SuiteId, TestId};
use crate::api::wire::{NewTest, Test};
use crate::description::IdentityLine;
use crate::plan::folders::FolderPlan;
use crate::snapshot::{read_folders, read_tests};
use test_reports::identity::Identity;
use test_reports::text;

use super::create::{Creation, NewRows};
use super::import::{Import, identity_in};
use super::outcome::{RecordOutcome, Stop};

/// A record and the folder that its test is created in.
type Key = (usize, SuiteId);

impl Import<'_> {
    /// Creates the tests that do not exist. Returns the records whose row is the one that the server returned to this
    /// import: they have no steps yet, and no other import creates any. Returns the folders, too: they may have been created again.
    pub(super) async fn create_tests(
        &mut self,
        mut folders: FolderPlan,
    ) -> Result<(HashSet<usize>, FolderPlan), Stop> {
        let mut new = HashSet::new();
        let wanted = self.to_create();
        self.read_fields(&wanted).await?;
        let mut refused = self.create_in(&folders, wanted, &mut new).await?;
        if !refused.is_empty() {
            // Another import or a person may have deleted the folder.
            let tree = read_folders(self.client, self.target).await?;
            let (again, final_refusals): (Vec<_>, Vec<_>) =
                refused.into_iter().partition(|((_, suite), _)| !tree.is_live(*suite));
            refused = final_refusals;
            if !again.is_empty() {
                folders = self.create_folders(tree).await?;
                let mut again: Vec<usize> =
                    again.into_iter().map(|((record, _), _)| record).collect();
                again.retain(|record| !self.refused.contains_key(record));
                refused.extend(self.create_in(&folders, again, &mut new).await?);
            }
        }
        for ((record, _), error) in refused {
            self.refuse(record, error);
        }
        Ok((new, folders))
    }

    /// Creates the tests of `wanted` in their folders. Returns those that the server refused.
    async fn create_in(
        &mut self,
        folders: &FolderPlan,
        wanted: Vec<usize>,
        new: &mut HashSet<usize>,
    ) -> Result<Vec<(Key, String)>, Stop> {
        let mut keys: Vec<Key> = Vec::with_capacity(wanted.len());
        for record in wanted {
            match folders.suite_of_record(record) {
                Some(suite) => keys.push((record, suite)),
                // It was to be adopted, and changed in the meantime.
                None => {
                    self.refuse(
                        record,
                        "its folder does not exist yet: run the import again".into(),
                    );
                }
            }
        }
        let (client, target, records) = (self.client, self.target, self.records);
        let namespace = self.namespace();
        let expected = self.expected.tests + keys.len();
        let fields = std::mem::take(&mut self.fields);
        let described: HashSet<Identity> =
            fields.by_record.keys().map(|record| records[*record].identity).collect();
        let mut existing: HashMap<Identity, TestId> = HashMap::new();
        let read_back: Mutex<HashMap<TestId, Test>> = Mutex::default();
        let lock = || read_back.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = NewRows {
            kind: "test",
            lacking: "with its identity",
            read_back_all: true,
            name: |(record, _): Key| records[record].name.to_string(),
            body: |(record, suite_id): Key| {
                let said = fields.by_record.get(&record);
                let case_priority_id = fields.priority(record);
                let record = &records[record];
                let (container, name) = (&record.class.container, &record.name);
                let line = IdentityLine::of_test(container, name, record.identity, namespace);
                let text = said.map(|said| said.description.clone()).unwrap_or_default();
                NewTest {
                    name: text::fit_name(name).into_owned(),
                    description: line.below(text).description(),
                    precondition: said.map(|said| said.precondition.clone()).unwrap_or_default(),
                    project_id: target.project.id,
                    suite_id,
                    is_automated: true,
                    case_priority_id,
                }
            },
            kept: |test: Test| (test.id, identity_in(test.description.as_deref())),
            existing: async |keys: &[Key]| {
                let look = |identity, row: Test| {
                    if described.contains(&identity) {
                        lock().insert(row.id, row);
                    }
                };
                existing = read_tests(client, target.project.id, expected, look).await?;
                let exists = |(record, _): &Key| existing.contains_key(&records[*record].identity);
                Ok(keys.iter().copied().filter(exists).collect())
            },
        };
        let creation: Creation<Key, (TestId, Option<Identity>)> = self.create(rows, keys).await;
        self.fields = fields;
        for (test, identity) in creation.answers {
            self.own.tests.insert(test);
            self.own.acknowledged.extend(identity);
        }
        for (record, _) in creation.created {
            self.done.insert(record, RecordOutcome::Created);
            if let Some(&id) = existing.get(&records[record].identity) {
                self.rows.insert(record, id);
                if self.own.tests.contains(&id) {
                    new.insert(record);
                    if let Some(row) = lock().get(&id) {
                        self.compare_fields(record, row);
                    }
                }
            }
        }
        if creation.end.is_err() {
            for ((record, _), error) in &creation.refused {
                self.refuse(*record, error.clone());
            }
        }
        creation.end.map(|()| creation.refused)
    }
}
