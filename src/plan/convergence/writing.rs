//! The writes of an importer: creates with their read-back, and deduplications.

use super::Rule;
use super::importer::{DedupStep, Importer, ImporterState, Stage, Then, Wait};
use super::view::{DedupWrite, Model};
use super::world::{
    FolderMembership, Lengths, New, OwnRow, PARENTS, PLACES, Reading, Record, Row, STEPS, SUITES,
    Suite, TESTS, World,
};

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestOutcome {
    Good,
    /// It is executed, and the answer is lost.
    AnswerLost,
    /// Its answer is lost, and it is executed later, or never.
    Late,
}

impl Importer {
    /// Sends the next write. Returns the rows that the server may create later.
    pub(super) fn write(
        &mut self,
        world: &mut World,
        shown: Lengths,
        outcome: RequestOutcome,
        model: &Model,
    ) -> Vec<New> {
        match std::mem::replace(&mut self.state, ImporterState::Dead) {
            ImporterState::Send { stage, rows } => {
                self.send(stage, rows, world, shown, outcome, model)
            }
            ImporterState::Dedup { writes, step, then } => {
                self.state = dedup_next(&writes, step, then, world, shown, model);
                Vec::new()
            }
            state => unreachable!("{state:?} writes nothing"),
        }
    }

    fn send(
        &mut self,
        stage: Stage,
        rows: Vec<New>,
        world: &mut World,
        shown: Lengths,
        outcome: RequestOutcome,
        model: &Model,
    ) -> Vec<New> {
        let (mut acknowledged, mut unknown, mut late) = (Vec::new(), Vec::new(), Vec::new());
        match outcome {
            RequestOutcome::Good => {
                for new in rows {
                    match world.create(&new) {
                        Some(row) => {
                            let own = match new {
                                New::Suite { .. } => OwnRow::Suite(row),
                                New::Test { .. } => OwnRow::Test(row),
                                New::FolderMembership { .. } => OwnRow::Place(row),
                                New::Step { .. } => OwnRow::Step(row),
                            };
                            let is_test = matches!(own, OwnRow::Test(_));
                            let lags = Reading { world, shown, is_stale: false }.lags();
                            if is_test
                                || lags
                                || !model.is_without(Rule::OwnFirst) && world.is_duplicate(own)
                            {
                                self.own.push(own);
                            }
                            acknowledged.push((new, row));
                        }
                        None => self.refused = true,
                    }
                }
            }
            RequestOutcome::AnswerLost => {
                for new in &rows {
                    world.create(new);
                }
                unknown = rows;
            }
            RequestOutcome::Late => {
                late.clone_from(&rows);
                unknown = rows;
            }
        }
        if model.is_without(Rule::ReadBackUnknown) && !unknown.is_empty() {
            self.state = ImporterState::Send { stage, rows: unknown };
            return late;
        }
        if model.is_without(Rule::ElectBeforeFilling)
            && stage == Stage::Folders
            && unknown.is_empty()
        {
            // Each import fills the folder that it created.
            let created = |record: &Record| {
                let path = model.paths[usize::from(*record)];
                acknowledged.iter().find_map(|(new, row)| {
                    matches!(new, New::Suite { path: created, .. } if *created == path)
                        .then_some(*row)
                })
            };
            self.folders = self.reports.iter().map(created).collect();
            self.next_stage(Stage::Tests, model);
            return late;
        }
        let acknowledged: Vec<New> = acknowledged.into_iter().map(|(new, _)| new).collect();
        let reads_back_all = matches!(stage, Stage::Folders | Stage::Tests);
        if unknown.is_empty() && (!reads_back_all || acknowledged.is_empty()) {
            self.after(stage, model);
        } else {
            self.read_back(stage, acknowledged, unknown, Wait::default());
        }
        late
    }

    pub(super) fn read_back(
        &mut self,
        stage: Stage,
        acknowledged: Vec<New>,
        unknown: Vec<New>,
        wait: Wait,
    ) {
        let left = match stage {
            Stage::Folders => SUITES | PARENTS,
            Stage::Tests => TESTS,
            Stage::Places => PLACES,
            Stage::CheckSteps | Stage::LaterSteps | Stage::FirstSteps => STEPS,
        };
        self.state = ImporterState::ReadBack { stage, acknowledged, unknown, left, wait };
    }

    pub(super) fn after_reading_back(&mut self, reading: &Reading<'_>, model: &Model) {
        let ImporterState::ReadBack { stage, acknowledged, mut unknown, wait, .. } =
            std::mem::replace(&mut self.state, ImporterState::Dead)
        else {
            return;
        };
        let acknowledged_exist = acknowledged.iter().all(|new| self.exists(new, model));
        let unknown_exist = unknown.iter().all(|new| self.exists(new, model));
        if !acknowledged_exist {
            match wait.next(reading) {
                Some(wait) => self.read_back(stage, acknowledged, unknown, wait),
                None => self.end(ImporterState::Ended(false)),
            }
        } else if unknown_exist {
            self.after(stage, model);
        } else {
            unknown.retain(|new| !self.exists(new, model));
            self.state = ImporterState::Send { stage, rows: unknown };
        }
    }

    /// Whether the importer has seen the row.
    fn exists(&self, new: &New, model: &Model) -> bool {
        let view = &self.view;
        match *new {
            New::Suite { path, .. } => model.exists(view, path),
            New::Test { record, .. } => {
                view.tests.iter().any(|test| !test.deleted && test.record == Some(record))
            }
            New::FolderMembership { suite, test } => {
                view.places.iter().flatten().any(|place| (place.suite, place.test) == (suite, test))
            }
            New::Step { test, sequence } => self.has_step(test, sequence),
        }
    }
}

/// Does one step of the first deduplication of `writes`. Returns the importer's next state.
fn dedup_next(
    writes: &[DedupWrite],
    step: DedupStep,
    then: Then,
    world: &mut World,
    shown: Lengths,
    model: &Model,
) -> ImporterState {
    let at = |step| ImporterState::Dedup { writes: writes.to_vec(), step, then };
    let next = match &writes[1..] {
        [] => ImporterState::reading(then),
        rest => ImporterState::Dedup { writes: rest.to_vec(), step: DedupStep::Check, then },
    };
    // Lists that lag show as little as they may.
    let is_empty = |world: &World, suite: Row| {
        let reading = Reading { world, shown, is_stale: false };
        let is_here = |place: &FolderMembership| {
            place.suite == suite
                && world.shows(place, model.deletion)
                && !world.tests[usize::from(place.test)].deleted
        };
        let is_below = |below: &Suite| below.parent == suite && !below.deleted;
        !reading.rows(PLACES, &world.places).iter().any(is_here)
            && !reading.rows(PARENTS, &world.suites).iter().any(is_below)
    };
    match (writes[0], step) {
        (DedupWrite::DeleteTest(test), DedupStep::Check) => {
            let row = &world.tests[usize::from(test)];
            let is_spare = !row.deleted && !row.edited && !row.described && !row.used;
            if is_spare || model.is_without(Rule::CheckBeforeDeletingTest) {
                return at(DedupStep::Write);
            }
        }
        (DedupWrite::DeleteTest(test), _) => world.tests[usize::from(test)].deleted = true,
        (DedupWrite::MoveTest { place, to, .. }, _) => {
            let is_shown = world.shows(&world.places[usize::from(place)], model.deletion);
            if is_shown && world.live_suite(to) && !model.is_without(Rule::MoveContents) {
                world.places[usize::from(place)].suite = to;
            }
        }
        (DedupWrite::DeletePlace(place), _) => {
            world.places[usize::from(place)].deleted = !model.is_without(Rule::OnePlacement);
        }
        (DedupWrite::MoveSuite { suite, to, .. }, _) => {
            let are_live = world.live_suite(suite) && world.live_suite(to);
            if are_live && !model.is_without(Rule::MoveContents) {
                world.suites[usize::from(suite)].parent = to;
            }
        }
        (DedupWrite::DeleteSuite(suite), DedupStep::Check) => {
            if is_empty(world, suite) || model.is_without(Rule::CheckBeforeDeletingFolder) {
                return at(DedupStep::Write);
            }
        }
        (DedupWrite::DeleteSuite(suite), DedupStep::Write) => {
            world.suites[usize::from(suite)].deleted = true;
            if !model.is_without(Rule::CheckAfterDeletingFolder) {
                return at(DedupStep::CheckAgain);
            }
        }
        (DedupWrite::DeleteSuite(suite), DedupStep::CheckAgain) => {
            if !is_empty(world, suite) {
                return at(DedupStep::Restore);
            }
        }
        (DedupWrite::DeleteSuite(suite), DedupStep::Restore) => {
            world.suites[usize::from(suite)].deleted = false;
        }
        (DedupWrite::DeleteStep(row), _) => world.steps[usize::from(row)].deleted = true,
    }
    next
}
