//! What must hold in every state.

use super::importer::{Importer, ImporterState};
use super::search::{Search, State, Watch};
use super::world::{Reading, Record, Row, Test, World};
use super::writing::RequestOutcome;

impl Search {
    /// An import that reports success must be right.
    pub(super) fn judge_claim(
        &self,
        state: &State,
        index: usize,
        moved: bool,
    ) -> Result<(), String> {
        let importer = &state.importers[index];
        if importer.state != ImporterState::Ended(true) || moved {
            return Ok(());
        }
        let judged = if state.is_under_lag() && !(state.is_sequential() && state.budget.is_mild) {
            // Lists may hide duplicates of imports that were interrupted, or that are about to delete them.
            self.exists(&state.world, &importer.reports)
        } else {
            self.exists_once(&state.world, &importer.reports)
        };
        judged.map_err(|fault| format!("{index} reports success, but {fault}"))
    }

    /// The watched state was not reached.
    pub(super) fn judge_watched(&self, world: &World) -> Result<(), String> {
        let live = world.tests.iter().filter(|test| !test.deleted).filter_map(|test| test.record);
        let places = world.places.iter().filter(|place| !place.deleted);
        let came = match self.watch {
            None => false,
            Some(Watch::Duplicates) => has_equal(live),
            Some(Watch::StepTwice) => {
                let live = world.steps.iter().filter(|step| !step.deleted);
                has_equal(live.map(|step| (step.test, step.sequence)))
            }
            Some(Watch::PlacedTwice) => has_equal(places.map(|place| (place.suite, place.test))),
        };
        if came { Err(format!("{:?}", self.watch)) } else { Ok(()) }
    }

    /// Everything is quiet: after one more import, every row exists exactly once.
    pub(super) fn judge(&self, state: &State) -> Result<(), String> {
        let was_killed =
            state.importers.iter().any(|importer| importer.state == ImporterState::Dead);
        let claims =
            state.importers.iter().filter(|importer| importer.state == ImporterState::Ended(true));
        if !was_killed && !state.lagged {
            for importer in claims {
                self.exists(&state.world, &importer.reports)
                    .map_err(|fault| format!("an import reported success, but {fault}"))?;
            }
        }
        let succeeded = |importer: &Importer| importer.state == ImporterState::Ended(true);
        if state.is_under_lag()
            && state.budget.is_mild
            && state.importers.iter().all(|importer| succeeded(importer))
        {
            let reports: Vec<Record> =
                state.importers.iter().flat_map(|importer| importer.reports.clone()).collect();
            self.exists_once(&state.world, &reports)
                .map_err(|fault| format!("all imports report success, but {fault}"))?;
        }
        let mut world = (*state.world).clone();
        let all: Vec<Record> = (0..).zip(&self.records).map(|(record, _)| record).collect();
        // Two records that share a row are of two branches, and never in one import.
        let share = world.tests.iter().any(|test| test.alias.is_some());
        let branches: Vec<&[Record]> = all.chunks(if share { 1 } else { all.len() }).collect();
        for reports in &branches {
            if !self.import(&mut world, reports)? {
                return Err(format!("one more import does not report success: {world:?}"));
            }
        }
        for reports in &branches {
            self.exists_once(&world, reports)
                .map_err(|fault| format!("after one more import {fault}"))?;
        }
        let before = world.clone();
        for reports in &branches {
            self.import(&mut world, reports)?;
        }
        if world != before {
            return Err("the import after that one writes again".to_owned());
        }
        let gone = |what: &str| Err(format!("a person's {what} is gone"));
        if world.suites.iter().any(|suite| suite.theirs && suite.deleted) {
            return gone("folder");
        }
        let is_lost = |(row, test): (Row, &Test)| {
            test.theirs && (test.deleted || world.folders_of(row).next().is_none())
        };
        if (0..).zip(&world.tests).any(is_lost) {
            return gone("test");
        }
        if world.steps.iter().any(|step| step.theirs && step.deleted) {
            return gone("step");
        }
        for (place, before) in world.places.iter().zip(&state.world.places) {
            let theirs = state.world.suites[usize::from(before.suite)].theirs;
            if theirs && place.suite != before.suite {
                return gone("folder's test");
            }
        }
        Ok(())
    }

    /// One import alone; whether it reports success.
    fn import(&self, world: &mut World, reports: &[Record]) -> Result<bool, String> {
        let mut importer = Importer::new(reports, false);
        for _ in 0..200 {
            match importer.state {
                ImporterState::Ended(complete) => return Ok(complete),
                _ if importer.readable() != 0 => {
                    importer.read_all(&Reading::of(world), &self.model);
                }
                _ => {
                    let shown = Reading::of(world).shown;
                    drop(importer.write(world, shown, RequestOutcome::Good, &self.model));
                }
            }
        }
        Err("one more import never ends".to_owned())
    }

    /// Whether each record has a test in a live folder.
    fn exists(&self, world: &World, reports: &[Record]) -> Result<(), String> {
        for &record in reports {
            let mut live = rows_of(world, record);
            if !live.any(|row| world.folders_of(row).next().is_some()) {
                return Err(format!("test {record} is in no folder"));
            }
        }
        Ok(())
    }

    /// Whether every row of `reports` exists exactly once, apart from people's rows.
    fn exists_once(&self, world: &World, reports: &[Record]) -> Result<(), String> {
        self.exists(world, reports)?;
        for &record in reports {
            let mut rows = rows_of(world, record);
            let first = rows.next().unwrap_or_default();
            let theirs = |row: Row| world.tests[usize::from(row)].theirs;
            let duplicates = std::iter::once(first).chain(rows).filter(|row| !theirs(*row)).count();
            if duplicates > 1 {
                return Err(format!("test {record} exists {duplicates} times"));
            }
            let shown = world.places.iter().filter(|place| {
                place.test == first
                    && world.shows(place, self.model.deletion)
                    && world.reached(place.suite)
            });
            let shown = shown.count();
            if shown != 1 && !theirs(first) {
                return Err(format!("test {record} has {shown} placements"));
            }
            if theirs(first) {
                // So are its steps.
                continue;
            }
            for sequence in 1..=self.model.steps(record) {
                let steps = world.steps.iter().filter(|step| {
                    !step.deleted && step.test == first && step.sequence == sequence
                });
                let (all, ours) = steps
                    .fold((0, 0), |(all, ours), step| (all + 1, ours + usize::from(!step.theirs)));
                if ours > 1 || all == 0 {
                    return Err(format!("step {sequence} of test {record} exists {all} times"));
                }
            }
        }
        let mut paths = self.model.paths.clone();
        paths.dedup();
        for path in paths {
            let live = (0..)
                .zip(&world.suites)
                .filter(|(row, suite)| suite.path == Some(path) && world.reached(*row));
            let (all, ours) = live.fold((0, 0), |(all, ours), (_, suite)| {
                (all + 1, ours + usize::from(!suite.theirs))
            });
            let paths = || reports.iter().map(|record| self.model.paths[usize::from(*record)]);
            // The second path is below the first one. Other folders are no matter of these reports.
            let is_concerned = paths().any(|needed| needed >= path);
            if is_concerned && ours > 1 || paths().any(|needed| needed == path) && all == 0 {
                return Err(format!("folder {path} exists {all} times"));
            }
        }
        Ok(())
    }
}

fn has_equal<T: Ord>(values: impl Iterator<Item = T>) -> bool {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.windows(2).any(|pair| pair[0] == pair[1])
}

/// The live rows of a record, lowest id first: those with its identity, otherwise those that have it as an alias.
fn rows_of(world: &World, record: Record) -> impl Iterator<Item = Row> + '_ {
    let is_current = |test: &Test| !test.deleted && test.record == Some(record);
    let by_alias = !world.tests.iter().any(is_current);
    let is_of = move |test: &Test| {
        let identity = if by_alias { test.alias } else { test.record };
        !test.deleted && identity == Some(record)
    };
    (0..).zip(&world.tests).filter(move |(_, test)| is_of(test)).map(|(row, _)| row)
}
