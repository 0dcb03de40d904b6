//! Tests, where they stand, and their steps.

use crate::description;
use std::collections::{HashMap, HashSet};

use crate::api::client::Client;
use crate::api::ids::{SuiteId, TestId};
use crate::api::pages::list_in;
use crate::api::wire::{NewStep, NewSuiteTest, NewTest, Step, SuiteTest, Test};
use crate::plan::folders::FolderPlan;
use crate::plan::{TestPlan, steps_of};
use crate::snapshot::folders::FolderTree;
use crate::snapshot::{Target, read_folders, read_identities, read_steps};
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::record::TestRecord;
use test_reports::text;

use super::create::{ReadBack, Rows, create_rows};
use super::{Import, RecordOutcome, Stop};

/// Tests named in one request for their placements.
const TESTS_PER_LOT: usize = 1000;

impl Import<'_> {
    /// Creates the tests that nobody stands for. Gives back the records whose row is the very one that the server
    /// answered: they have no steps yet, and nobody else gives them any; and the folders as they are then.
    pub(super) async fn create_tests(
        &mut self,
        mut folders: FolderPlan,
    ) -> Result<(HashSet<usize>, FolderPlan), Stop> {
        let mut fresh = HashSet::new();
        let mut wanted = self.to_create();
        let mut is_first = true;
        loop {
            let suites: HashMap<usize, SuiteId> = wanted
                .iter()
                .filter_map(|&record| Some((record, folders.suite(folders.of_record(record))?)))
                .collect();
            let (keys, homeless): (Vec<usize>, Vec<usize>) =
                wanted.into_iter().partition(|record| suites.contains_key(record));
            for record in homeless {
                // Its pinned test was changed while it was about to be adopted.
                let reason = "its folder does not stand yet: run the import again";
                self.refuse(record, reason.to_owned());
            }
            if keys.is_empty() {
                return Ok((fresh, folders));
            }
            let refused = self.create_test_rows(keys, &suites, &mut fresh).await?;
            let refused_in = |record: &usize| suites.get(record).copied();
            let gone = if is_first && !refused.is_empty() {
                self.without_live_folder(
                    refused.iter().filter_map(|(record, _)| refused_in(record)),
                )
                .await?
            } else {
                None
            };
            let (tree, gone) = gone.unzip();
            let gone: HashSet<SuiteId> = gone.unwrap_or_default();
            let (again, refused): (Vec<_>, Vec<_>) = refused
                .into_iter()
                .partition(|(record, _)| refused_in(record).is_some_and(|id| gone.contains(&id)));
            for (record, error) in refused {
                self.refuse(record, error);
            }
            let Some(tree) = tree.filter(|_| !again.is_empty()) else {
                return Ok((fresh, folders));
            };
            // Another import healed the folder away, or a person deleted it: not about the tests.
            folders = self.build_folders(tree).await?;
            wanted = again.into_iter().map(|(record, _)| record).collect();
            wanted.retain(|record| !self.refused.contains_key(record));
            is_first = false;
        }
    }

    /// Creates rows, and gives back those that the server refused.
    async fn create_test_rows(
        &mut self,
        keys: Vec<usize>,
        suites: &HashMap<usize, SuiteId>,
        fresh: &mut HashSet<usize>,
    ) -> Result<Vec<(usize, String)>, Stop> {
        let mut rows = TestRows {
            client: self.client,
            target: self.target,
            records: self.records,
            namespace: NamespaceMark::of(&self.options.plan.namespace),
            suites,
            read: HashMap::new(),
        };
        let (creation, ended) =
            create_rows(self.client, &mut rows, keys, self.options.batch_size).await;
        let read = rows.read;
        self.sent_again |= creation.sent_again;
        self.answered.tests.extend(creation.answered.iter().map(|test| test.id));
        for record in creation.created {
            self.done.insert(record, RecordOutcome::Created);
            if let Some(&id) = read.get(&self.records[record].identity) {
                self.rows.insert(record, id);
                if self.answered.tests.contains(&id) {
                    fresh.insert(record);
                }
            }
        }
        if let Err(stop) = ended {
            for (record, error) in creation.refused {
                self.refuse(record, error);
            }
            return Err(stop);
        }
        Ok(creation.refused)
    }

    /// The folders as they are now, and which of `suites` are not live among them; none if all are.
    async fn without_live_folder(
        &self,
        suites: impl Iterator<Item = SuiteId>,
    ) -> Result<Option<(FolderTree, HashSet<SuiteId>)>, Stop> {
        let tree = read_folders(self.client, self.target).await?;
        let gone: HashSet<SuiteId> = suites.filter(|suite| !tree.is_live(*suite)).collect();
        Ok((!gone.is_empty()).then_some((tree, gone)))
    }

    /// Puts tests that stand in no live folder into the folder of their record.
    pub(super) async fn place_tests(&mut self, folders: &FolderPlan) -> Result<(), Stop> {
        let mut places: HashMap<usize, NewSuiteTest> = HashMap::new();
        for (record, plan) in self.plan.tests.iter().enumerate() {
            let (TestPlan::Adopt { id, place: Some(folder), .. }
            | TestPlan::Matched { id, place: Some(folder), .. }) = plan
            else {
                continue;
            };
            let adopted_or_ours =
                matches!(plan, TestPlan::Matched { .. }) || self.rows.get(&record) == Some(id);
            if let Some(suite_id) = folders.suite(*folder).filter(|_| adopted_or_ours) {
                places.insert(record, NewSuiteTest { suite_id, test_id: *id });
            }
        }
        let mut keys: Vec<usize> =
            places.keys().copied().filter(|key| !self.refused.contains_key(key)).collect();
        if keys.is_empty() {
            return Ok(());
        }
        keys.sort_unstable();
        let mut rows = PlaceRows { client: self.client, records: self.records, places };
        // Another import that saw the same may have been here.
        let placed = rows.present(&keys).await?;
        for record in &placed {
            self.done.entry(*record).or_insert(RecordOutcome::Updated);
        }
        keys.retain(|key| !placed.contains(key));
        let (creation, ended) =
            create_rows(self.client, &mut rows, keys, self.options.batch_size).await;
        self.sent_again |= creation.sent_again;
        for record in creation.created {
            self.done.entry(record).or_insert(RecordOutcome::Updated);
        }
        for (record, error) in creation.refused {
            self.refuse(record, error);
        }
        ended
    }

    /// Creates the steps of `fresh` tests, and those that others lack.
    pub(super) async fn create_steps(&mut self, fresh: HashSet<usize>) -> Result<(), Stop> {
        if self.options.plan.no_steps {
            return Ok(());
        }
        let mut missing: Vec<(usize, usize)> = Vec::new();
        let mut doubtful: Vec<(usize, TestId)> = Vec::new();
        for (record, plan) in self.plan.tests.iter().enumerate() {
            if self.refused.contains_key(&record) {
                continue;
            }
            match plan {
                TestPlan::Matched { id, steps, .. } => {
                    self.rows.insert(record, *id);
                    missing.extend(steps.iter().map(|sequence| (record, *sequence)));
                }
                TestPlan::Create { .. } | TestPlan::Adopt { .. }
                    if self.done.get(&record) == Some(&RecordOutcome::Created) =>
                {
                    let count = steps_of(&self.records[record]).len();
                    if fresh.contains(&record) {
                        missing.extend((1..=count).map(|sequence| (record, sequence)));
                    } else if let Some(&id) = self.rows.get(&record) {
                        doubtful.push((record, id));
                    }
                }
                TestPlan::Create { .. } | TestPlan::Adopt { .. } => {}
            }
        }
        // Somebody else made these rows meanwhile, or an answer was lost: they may have steps.
        let present = read_steps(self.client, doubtful.iter().map(|(_, id)| *id)).await?;
        for (record, id) in doubtful {
            let there = present.get(&id).map_or(&[][..], Vec::as_slice);
            let count = steps_of(&self.records[record]).len();
            missing.extend(
                (1..=count)
                    .filter(|sequence| !there.contains(&(*sequence as u64)))
                    .map(|sequence| (record, sequence)),
            );
        }
        // Sequence 1 comes last: a test that has it has all its steps.
        let (mut first, mut later): (Vec<_>, Vec<_>) =
            missing.into_iter().partition(|(_, sequence)| *sequence == 1);
        later.sort_unstable_by(|a, b| (a.0, b.1).cmp(&(b.0, a.1)));
        let without = self.create_step_rows(later).await?;
        first.retain(|(record, _)| !without.contains(record));
        self.create_step_rows(first).await?;
        Ok(())
    }

    /// Creates steps; gives back the records of which one was refused.
    async fn create_step_rows(
        &mut self,
        keys: Vec<(usize, usize)>,
    ) -> Result<HashSet<usize>, Stop> {
        let mut rows = StepRows {
            client: self.client,
            target: self.target,
            records: self.records,
            rows: &self.rows,
        };
        let (creation, ended) =
            create_rows(self.client, &mut rows, keys, self.options.batch_size).await;
        self.sent_again |= creation.sent_again;
        self.answered.steps.extend(creation.answered.iter().map(|step| step.id));
        self.steps_created += creation.created.len();
        for (record, _) in creation.created {
            self.done.entry(record).or_insert(RecordOutcome::Updated);
        }
        let mut without = HashSet::new();
        for ((record, sequence), error) in creation.refused {
            without.insert(record);
            self.refuse(record, format!("its step {sequence} was refused: {error}"));
        }
        ended?;
        Ok(without)
    }
}

/// Tests that are being created, by record.
struct TestRows<'a> {
    client: &'a Client,
    target: &'a Target,
    records: &'a [TestRecord],
    namespace: NamespaceMark,
    suites: &'a HashMap<usize, SuiteId>,
    /// Which row bears which identity, as last read.
    read: HashMap<Identity, TestId>,
}

impl Rows for TestRows<'_> {
    type Key = usize;
    type Body = NewTest;
    type Answer = Test;

    const KIND: &'static str = "test";
    const LACKING: &'static str = "with its identity";
    const READ_BACK: ReadBack = ReadBack::Always;

    fn body(&self, key: usize) -> NewTest {
        let record = &self.records[key];
        NewTest {
            name: text::fit_name(&record.name).into_owned(),
            description: description::test_line(
                &record.container,
                &record.name,
                record.identity,
                self.namespace,
            ),
            precondition: "",
            project_id: self.target.project.id,
            // Records without a folder were refused before; the server would refuse suite 0.
            suite_id: self.suites.get(&key).copied().unwrap_or(SuiteId::new(0)),
            is_automated: true,
        }
    }

    fn name(&self, key: usize) -> String {
        self.records[key].name.to_string()
    }

    async fn present(&mut self, keys: &[usize]) -> Result<HashSet<usize>, Stop> {
        self.read = read_identities(self.client, self.target.project.id).await?;
        Ok(keys
            .iter()
            .copied()
            .filter(|key| self.read.contains_key(&self.records[*key].identity))
            .collect())
    }
}

/// Placements that are being created, by record.
struct PlaceRows<'a> {
    client: &'a Client,
    records: &'a [TestRecord],
    places: HashMap<usize, NewSuiteTest>,
}

impl Rows for PlaceRows<'_> {
    type Key = usize;
    type Body = Option<NewSuiteTest>;
    type Answer = SuiteTest;

    const KIND: &'static str = "test";
    const LACKING: &'static str = "in its folder";
    const READ_BACK: ReadBack = ReadBack::Doubtful;

    fn body(&self, key: usize) -> Option<NewSuiteTest> {
        self.places.get(&key).copied()
    }

    fn name(&self, key: usize) -> String {
        self.records[key].name.to_string()
    }

    async fn present(&mut self, keys: &[usize]) -> Result<HashSet<usize>, Stop> {
        let tests = keys.iter().filter_map(|key| Some(self.places.get(key)?.test_id.number()));
        let placed: Vec<SuiteTest> = list_in(self.client, "test_id", tests, TESTS_PER_LOT).await?;
        let placed: HashSet<(SuiteId, TestId)> =
            placed.iter().map(|row| (row.suite_id, row.test_id)).collect();
        let stands = |key: &usize| {
            self.places
                .get(key)
                .is_some_and(|place| placed.contains(&(place.suite_id, place.test_id)))
        };
        Ok(keys.iter().copied().filter(stands).collect())
    }
}

/// Steps that are being created, by record and sequence.
struct StepRows<'a> {
    client: &'a Client,
    target: &'a Target,
    records: &'a [TestRecord],
    rows: &'a HashMap<usize, TestId>,
}

impl Rows for StepRows<'_> {
    type Key = (usize, usize);
    type Body = Option<NewStep>;
    type Answer = Step;

    const KIND: &'static str = "step of";
    const LACKING: &'static str = "with its test";
    const READ_BACK: ReadBack = ReadBack::Doubtful;

    fn body(&self, (record, sequence): (usize, usize)) -> Option<NewStep> {
        let test_id = *self.rows.get(&record)?;
        let text = steps_of(&self.records[record]).into_iter().nth(sequence.checked_sub(1)?)?;
        Some(NewStep {
            step: text.step,
            expected_result: text.expected_result,
            sequence: sequence as u64,
            project_id: self.target.project.id,
            test_id,
        })
    }

    fn name(&self, (record, _): (usize, usize)) -> String {
        self.records[record].name.to_string()
    }

    async fn present(&mut self, keys: &[(usize, usize)]) -> Result<HashSet<(usize, usize)>, Stop> {
        let mut tests: Vec<TestId> =
            keys.iter().filter_map(|(record, _)| self.rows.get(record).copied()).collect();
        tests.sort_unstable();
        tests.dedup();
        let steps = read_steps(self.client, tests.into_iter()).await?;
        let stands = |(record, sequence): &(usize, usize)| {
            let there = self.rows.get(record).and_then(|id| steps.get(id));
            there.is_some_and(|sequences| sequences.contains(&(*sequence as u64)))
        };
        Ok(keys.iter().copied().filter(stands).collect())
    }
}
