//! All interleavings, depth first; and what must hold.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::Rule;
use super::importer::{Importer, ImporterState, RequestOutcome};
use super::view::Planner;
use super::world::{Deletion, New, Path, Record, Row, Test, World};

/// What goes wrong at most, and how finely reads are taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Budget {
    /// Answers to creates that are lost.
    pub(super) lost: u8,
    /// Creates that are carried out after nobody waits for them, or never.
    pub(super) late: u8,
    /// Reads that show the server as it was before its last change.
    pub(super) lagging: u8,
    /// Importers that are killed.
    pub(super) kills: u8,
    /// What a person does, each once.
    pub(super) person: Vec<PersonAct>,
    /// Each list is read at a moment of its own; else whole snapshots are.
    pub(super) list_by_list: bool,
}

/// Something that a person does while imports run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum PersonAct {
    /// Edits one of the tests.
    EditTest,
    /// Puts a test of theirs into one of the folders.
    FillFolder,
}

/// A search over scenarios of one kind.
pub(super) struct Search {
    pub(super) planner: Planner,
    /// By record: its folder.
    pub(super) paths: Vec<Path>,
    pub(super) deletion: Deletion,
    /// The rule that was taken away.
    pub(super) without: Option<Rule>,
    records: Vec<(Path, usize)>,
    /// What is a fault at once, healed later or not.
    watch: Option<Watch>,
}

/// What a search may watch for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watch {
    /// A test is put where it stands already.
    PlacedTwice,
    /// A test stands twice.
    Duplicates,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    world: Shared<World>,
    /// Before the last change; as `world` where no read may lag any more.
    previous: Shared<World>,
    /// Creates that are under way, and nobody waits for.
    late: Vec<Vec<New>>,
    importers: Vec<Shared<Importer>>,
    budget: Budget,
    /// A read showed what was.
    lagged: bool,
}

/// A part of many states, and what stands for it.
#[derive(Clone, Debug)]
struct Shared<T> {
    part: Rc<T>,
    mark: u64,
}

impl<T: Clone + Hash> Shared<T> {
    fn new(part: T) -> Self {
        Self { mark: mark_of(&part), part: Rc::new(part) }
    }

    /// The part after a change.
    fn after<R>(&mut self, change: impl FnOnce(&mut T) -> R) -> R {
        let mut part = (*self.part).clone();
        let result = change(&mut part);
        *self = Self::new(part);
        result
    }
}

impl<T> std::ops::Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.part
    }
}

impl<T> Hash for Shared<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.mark.hash(state);
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.mark == other.mark
    }
}

impl<T> Eq for Shared<T> {}

/// How a search ended.
#[derive(Debug)]
pub(super) struct Found {
    /// Different states.
    pub(super) states: usize,
    /// What went wrong first, and how it came to that.
    pub(super) fault: Option<(String, Vec<String>)>,
}

impl Search {
    /// `records`: for each its folder and how many steps it has.
    pub(super) fn new(records: &[(Path, usize)], deletion: Deletion) -> Self {
        Self::without(None, records, deletion)
    }

    /// The same without a rule.
    pub(super) fn without(
        without: Option<Rule>,
        records: &[(Path, usize)],
        deletion: Deletion,
    ) -> Self {
        let reason = match without {
            Some(Rule::KeepReason(kind, reason)) => Some((kind, reason)),
            _ => None,
        };
        Self {
            planner: Planner::new(records, reason),
            paths: records.iter().map(|(path, _)| *path).collect(),
            deletion,
            without,
            records: records.to_vec(),
            watch: None,
        }
    }

    /// Searches, and expects no fault. Returns how many states there are.
    pub(super) fn holds(&self, world: &World, reports: &[&[Record]], budget: Budget) -> usize {
        let found = self.run(world, reports, budget);
        if let Some((fault, way)) = found.fault {
            panic!("{fault}\nafter\n  {}", way.join("\n  "));
        }
        found.states
    }

    /// Whether imports into an empty project come to what is watched for.
    pub(super) fn comes_to(&self, watch: Watch, reports: &[&[Record]], budget: Budget) -> bool {
        let like = Self::without(self.without, &self.records, self.deletion);
        let found = Self { watch: Some(watch), ..like }.run(&World::empty(), reports, budget);
        found.fault.is_some()
    }

    /// Searches until something goes wrong, or all was seen.
    pub(super) fn run(&self, world: &World, reports: &[&[Record]], budget: Budget) -> Found {
        let importers = reports
            .iter()
            .enumerate()
            // Without a common rule, whom everybody takes, each takes another.
            .map(|(index, reports)| {
                let reversed = self.without == Some(Rule::LowestStands) && index > 0;
                Shared::new(Importer::new(reports, reversed))
            })
            .collect();
        let first = State {
            world: Shared::new(world.clone()),
            previous: Shared::new(world.clone()),
            late: Vec::new(),
            importers,
            budget,
            lagged: false,
        };
        let mut seen = HashSet::from([mark_of(&first)]);
        let mut quiet = HashSet::new();
        let mut open: Vec<(State, usize)> = vec![(first, usize::MAX)];
        // How each state was come to: for the story, if something goes wrong.
        let mut ways: Vec<(usize, String)> = Vec::new();
        while let Some((state, way)) = open.pop() {
            let mut fault = None;
            let is_quiet =
                state.late.is_empty() && state.importers.iter().all(|importer| importer.is_over());
            if is_quiet && quiet.insert(mark_of(&(&state.world, &state.importers, state.lagged))) {
                fault = self.judge(&state).err();
            }
            let mut ahead = Vec::new();
            if fault.is_none() {
                fault = self.step(&state, &mut ahead).err();
            }
            if let Some(fault) = fault {
                return Found { states: seen.len(), fault: Some((fault, story(&ways, way))) };
            }
            for (mut next, said) in ahead {
                next.sort();
                if seen.insert(mark_of(&next)) {
                    ways.push((way, said));
                    open.push((next, ways.len() - 1));
                }
            }
        }
        Found { states: seen.len(), fault: None }
    }

    /// Everything that can happen next.
    fn step(&self, state: &State, ahead: &mut Vec<(State, String)>) -> Result<(), String> {
        for index in 0..state.importers.len() {
            if !state.importers[index].is_over() {
                self.step_of(index, state, ahead)?;
                if state.budget.kills > 0 {
                    let mut next = state.clone();
                    next.budget.kills -= 1;
                    next.importers[index].after(|importer| importer.end(ImporterState::Dead));
                    ahead.push((next, format!("{index} is killed")));
                }
            }
        }
        for index in 0..state.late.len() {
            let mut dropped = state.clone();
            let rows = dropped.late.remove(index);
            let mut landed = dropped.clone();
            let mut world = (*landed.world).clone();
            for new in &rows {
                world.create(new);
            }
            landed.change(Shared::new(world));
            ahead.push((landed, format!("{rows:?} is carried out late")));
            ahead.push((dropped, format!("{rows:?} is never carried out")));
        }
        if !state.importers.iter().any(|importer| importer.has_looked(self.deletion)) {
            for (index, act) in state.budget.person.iter().enumerate() {
                writes(*act, &state.world, |world, said| {
                    let mut next = state.clone();
                    next.budget.person.remove(index);
                    next.change(Shared::new(world));
                    ahead.push((next, said));
                });
            }
        }
        Ok(())
    }

    fn step_of(
        &self,
        index: usize,
        state: &State,
        ahead: &mut Vec<(State, String)>,
    ) -> Result<(), String> {
        let importer = &state.importers[index];
        let readable = importer.readable();
        if readable != 0 {
            let bits: Vec<u8> = if state.budget.list_by_list {
                (0..8).map(|bit| 1 << bit).filter(|bit| readable & bit != 0).collect()
            } else {
                vec![readable]
            };
            for lists in bits {
                let mut worlds = vec![(&state.world, 0)];
                if state.budget.lagging > 0 && state.previous != state.world {
                    worlds.push((&state.previous, 1));
                }
                for (world, lag) in worlds {
                    let mut next = state.clone();
                    next.budget.lagging -= lag;
                    next.lagged |= lag > 0;
                    next.importers[index].after(|reader| {
                        if state.budget.list_by_list {
                            reader.read(lists, world, self);
                        } else {
                            reader.read_all(world, self);
                        }
                    });
                    let how = if lag > 0 { " as they were" } else { "" };
                    let said = format!("{index} reads {lists:#b}{how}");
                    self.judge_claim(&next, index, lag > 0 || state.budget.list_by_list)?;
                    next.forget();
                    ahead.push((next, said));
                }
            }
            return Ok(());
        }
        let is_create = matches!(importer.at, ImporterState::Send { .. });
        let mut lucks = vec![RequestOutcome::Good];
        if is_create && state.budget.lost > 0 {
            lucks.push(RequestOutcome::AnswerLost);
        }
        if is_create && state.budget.late > 0 {
            lucks.push(RequestOutcome::Late);
        }
        for luck in lucks {
            let mut next = state.clone();
            match luck {
                RequestOutcome::Good => {}
                RequestOutcome::AnswerLost => next.budget.lost -= 1,
                RequestOutcome::Late => next.budget.late -= 1,
            }
            let said = format!("{index} goes on with {:?} ({luck:?})", importer.at);
            let mut world = (*state.world).clone();
            let late = next.importers[index].after(|writer| writer.write(&mut world, luck, self));
            if !late.is_empty() {
                next.late.push(late);
                next.late.sort();
            }
            next.change(Shared::new(world));
            self.judge_watched(&next.world)?;
            ahead.push((next, said));
        }
        Ok(())
    }

    /// An import that says that all is there must have seen it.
    fn judge_claim(&self, state: &State, index: usize, moved: bool) -> Result<(), String> {
        let importer = &state.importers[index];
        if importer.at != ImporterState::Done(true) || moved {
            return Ok(());
        }
        self.exists(&state.world, &importer.reports)
            .map_err(|fault| format!("{index} says that all is there, but {fault}"))
    }

    /// What is watched for has not come about.
    fn judge_watched(&self, world: &World) -> Result<(), String> {
        let live = world.tests.iter().filter(|test| !test.deleted).filter_map(|test| test.record);
        let places = world.places.iter().filter(|place| !place.deleted);
        let came = match self.watch {
            None => false,
            Some(Watch::Duplicates) => has_equal(live),
            Some(Watch::PlacedTwice) => has_equal(places.map(|place| (place.suite, place.test))),
        };
        if came { Err(format!("{:?}", self.watch)) } else { Ok(()) }
    }

    /// All is quiet: one more import, and then there is one of each.
    fn judge(&self, state: &State) -> Result<(), String> {
        let was_killed = state.importers.iter().any(|importer| importer.at == ImporterState::Dead);
        let claims =
            state.importers.iter().filter(|importer| importer.at == ImporterState::Done(true));
        if !was_killed && !state.lagged {
            for importer in claims {
                self.is_there(&state.world, &importer.reports)
                    .map_err(|fault| format!("an import said that all is there, but {fault}"))?;
            }
        }
        let mut world = (*state.world).clone();
        let all: Vec<Record> = (0..).zip(&self.records).map(|(record, _)| record).collect();
        let last = self.import(&mut world, &all)?;
        if !last {
            return Err(format!("one more import does not say that all is there: {world:?}"));
        }
        self.exists(&world, &all).map_err(|fault| format!("after one more import {fault}"))?;
        let before = world.clone();
        self.import(&mut world, &all)?;
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

    /// One import by itself; whether it says that all is there.
    fn import(&self, world: &mut World, reports: &[Record]) -> Result<bool, String> {
        let mut importer = Importer::new(reports, false);
        for _ in 0..200 {
            match importer.at {
                ImporterState::Done(complete) => return Ok(complete),
                _ if importer.readable() != 0 => importer.read_all(world, self),
                _ => drop(importer.write(world, RequestOutcome::Good, self)),
            }
        }
        Err("one more import never ends".to_owned())
    }

    /// Whether each record has a row, in a live folder.
    fn is_there(&self, world: &World, reports: &[Record]) -> Result<(), String> {
        for &record in reports {
            let mut live = rows_of(world, record);
            if !live.any(|row| world.folders_of(row).next().is_some()) {
                return Err(format!("test {record} stands in no folder"));
            }
        }
        Ok(())
    }

    /// Whether there is one of each for `reports`, people's rows aside.
    fn exists(&self, world: &World, reports: &[Record]) -> Result<(), String> {
        self.is_there(world, reports)?;
        for &record in reports {
            let mut rows = rows_of(world, record);
            let first = rows.next().unwrap_or_default();
            let theirs = |row: Row| world.tests[usize::from(row)].theirs;
            let duplicates = std::iter::once(first).chain(rows).filter(|row| !theirs(*row)).count();
            if duplicates > 1 {
                return Err(format!("test {record} stands {duplicates} times"));
            }
            let shown = world.places.iter().filter(|place| {
                place.test == first
                    && world.shows(place, self.deletion)
                    && world.reached(place.suite)
            });
            let shown = shown.count();
            if shown != 1 && !theirs(first) {
                return Err(format!("test {record} stands in {shown} places"));
            }
            if theirs(first) {
                // Its steps are a person's too.
                continue;
            }
            for sequence in 1..=self.planner.steps(record) {
                let steps = world.steps.iter().filter(|step| {
                    !step.deleted && step.test == first && step.sequence == sequence
                });
                let (all, ours) = steps
                    .fold((0, 0), |(all, ours), step| (all + 1, ours + usize::from(!step.theirs)));
                if ours > 1 || all == 0 {
                    return Err(format!("step {sequence} of test {record} stands {all} times"));
                }
            }
        }
        let mut paths = self.paths.clone();
        paths.dedup();
        for path in paths {
            let live = (0..)
                .zip(&world.suites)
                .filter(|(row, suite)| suite.path == Some(path) && world.reached(*row));
            let (all, ours) = live.fold((0, 0), |(all, ours), (_, suite)| {
                (all + 1, ours + usize::from(!suite.theirs))
            });
            let is_needed = reports.iter().any(|record| self.paths[usize::from(*record)] == path);
            if ours > 1 || (is_needed && all == 0) {
                return Err(format!("folder {path} stands {all} times"));
            }
        }
        Ok(())
    }
}

impl State {
    /// Importers of the same report are told apart by nothing: of states that differ in their order one is enough.
    fn sort(&mut self) {
        let same = self.importers.windows(2).all(|pair| pair[0].is_like(&pair[1]));
        if same {
            self.importers.sort_by_key(|importer| importer.mark);
        }
    }

    fn change(&mut self, world: Shared<World>) {
        if world != self.world {
            self.previous = std::mem::replace(&mut self.world, world);
        }
        self.forget();
    }

    /// What was is of no interest where no read may lag any more.
    fn forget(&mut self) {
        if self.budget.lagging == 0 {
            self.previous = self.world.clone();
        }
    }
}

fn has_equal<T: Ord>(values: impl Iterator<Item = T>) -> bool {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.windows(2).any(|pair| pair[0] == pair[1])
}

/// The live rows of a record, lowest id first.
fn rows_of(world: &World, record: Record) -> impl Iterator<Item = Row> + '_ {
    (0..)
        .zip(&world.tests)
        .filter(move |(_, test)| !test.deleted && test.record == Some(record))
        .map(|(row, _)| row)
}

/// Calls `then` with each world that `act` can lead to.
fn writes(act: PersonAct, world: &World, mut then: impl FnMut(World, String)) {
    match act {
        PersonAct::EditTest => {
            for (index, _) in world.tests.iter().enumerate().filter(|(_, test)| !test.deleted) {
                let mut next = world.clone();
                (next.tests[index].edited, next.tests[index].theirs) = (true, true);
                then(next, format!("a person edits test {index}"));
            }
        }
        PersonAct::FillFolder => {
            for (row, suite) in (0..).zip(&world.suites) {
                if suite.path.is_some() && world.reached(row) {
                    let mut next = world.clone();
                    next.suites[usize::from(row)].theirs = true;
                    next.add_test(Test { theirs: true, ..World::plain_test() }, row);
                    then(next, format!("a person puts a test into suite {row}"));
                }
            }
        }
    }
}

/// What stands for a value. That two of a million states share one has a chance of one in ten million.
pub(super) fn mark_of(value: &impl Hash) -> u64 {
    let mut hasher = Folded(0);
    value.hash(&mut hasher);
    hasher.finish()
}

/// Folded multiplication: without optimisation several times as fast as the standard hasher.
struct Folded(u64);

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        let product = u128::from(self.0 ^ value ^ 0x9E37_79B9_7F4A_7C15)
            * u128::from(self.0.rotate_left(32) ^ 0xD6E8_FEB8_6659_FD93);
        self.0 = (product >> 64) as u64 ^ product as u64;
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

fn story(ways: &[(usize, String)], mut at: usize) -> Vec<String> {
    let mut story = Vec::new();
    while let Some((before, said)) = ways.get(at) {
        story.push(said.clone());
        at = *before;
    }
    story.reverse();
    story
}
