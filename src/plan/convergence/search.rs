//! All interleavings, depth first, and the invariants.

use std::cell::Cell;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::Rule;
use super::importer::{Importer, ImporterState};
use super::view::Model;
use super::world::{
    Deletion, Lengths, New, Path, Reading, Record, Test, World, fingerprint, indexes,
};
use super::writing::RequestOutcome;

/// How many faults may occur, and how finely reads are split.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Budget {
    /// Lost answers to creates.
    pub(super) lost: u8,
    /// Creates that are executed late, or never.
    pub(super) late: u8,
    /// Reads that return the state before the last change.
    pub(super) lagging: u8,
    /// Killed importers.
    pub(super) kills: u8,
    /// What a person does, each act once.
    pub(super) person: Vec<PersonAct>,
    /// Whether each list is read at its own moment; otherwise whole snapshots are.
    pub(super) list_by_list: bool,
    /// The lists, as bits, that show rows late: in the order of their creation, each list at its own pace.
    pub(super) late_lists: u8,
    /// Whether each import begins when the one before it is over.
    pub(super) sequential: bool,
    /// Whether no import but the last creates a row twice: then no list hides a duplicate from the last one.
    pub(super) is_mild: bool,
}

/// What a person does while imports run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum PersonAct {
    /// Edits one of the tests.
    EditTest,
    /// Adds a test to one of the folders.
    FillFolder,
    /// Runs `relink`, which carries the row of record 1 over to record 0: one write, right after the row was read.
    Relink,
}

/// A search over scenarios with the same records.
pub(super) struct Search {
    pub(super) model: Model,
    without: Option<Rule>,
    /// By record: its folder and the number of its steps.
    pub(super) records: Vec<(Path, usize)>,
    /// A state that counts as a fault even if it is repaired later.
    pub(super) watch: Option<Watch>,
    /// Whether steps say what they do, which takes as long as the steps: only the way to a fault is told.
    tells: Cell<bool>,
}

/// A state that a search may watch for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watch {
    /// A test has two placements in one folder.
    PlacedTwice,
    /// A test exists twice.
    Duplicates,
    /// A test has a step twice.
    StepTwice,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) world: Shared<World>,
    /// Before the last change; equal to `world` if no read may lag any more.
    previous: Shared<World>,
    /// Creates in flight whose importer no longer waits.
    late: Vec<Vec<New>>,
    pub(super) importers: Vec<Shared<Importer>>,
    pub(super) budget: Budget,
    /// Whether a read lagged.
    pub(super) lagged: bool,
    /// By list: how many rows it has shown. It may show more when it is read next.
    shown: Lengths,
}

/// A part that many states share, with its fingerprint.
#[derive(Clone, Debug)]
pub(super) struct Shared<T> {
    part: Rc<T>,
    fingerprint: u64,
}

impl<T: Clone + Hash> Shared<T> {
    fn new(part: T) -> Self {
        Self { fingerprint: fingerprint(&part), part: Rc::new(part) }
    }

    /// Changes the part.
    fn change<R>(&mut self, change: impl FnOnce(&mut T) -> R) -> R {
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
        self.fingerprint.hash(state);
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }
}

impl<T> Eq for Shared<T> {}

/// The result of a search.
#[derive(Debug)]
pub(super) struct Found {
    /// The number of distinct states.
    pub(super) states: usize,
    /// The first fault, and the requests that led to it.
    pub(super) fault: Option<(String, Vec<String>)>,
}

impl Search {
    pub(super) fn new(records: &[(Path, usize)], deletion: Deletion) -> Self {
        Self::without(None, records, deletion)
    }

    /// With a disabled rule.
    pub(super) fn without(
        without: Option<Rule>,
        records: &[(Path, usize)],
        deletion: Deletion,
    ) -> Self {
        let model = Model::new(records, deletion, without);
        Self { model, without, records: records.to_vec(), watch: None, tells: Cell::new(false) }
    }

    /// Searches, and expects no fault. Returns the number of states.
    pub(super) fn holds(&self, world: &World, reports: &[&[Record]], budget: Budget) -> usize {
        let found = self.run(world, reports, budget);
        if let Some((fault, way)) = found.fault {
            panic!("{fault}\nafter\n  {}", way.join("\n  "));
        }
        found.states
    }

    /// Whether imports into an empty project reach the watched state.
    pub(super) fn reaches(&self, watch: Watch, reports: &[&[Record]], budget: Budget) -> bool {
        self.reaches_from(&World::empty(), watch, reports, budget)
    }

    /// Whether imports into a project reach the watched state.
    pub(super) fn reaches_from(
        &self,
        world: &World,
        watch: Watch,
        reports: &[&[Record]],
        budget: Budget,
    ) -> bool {
        let like = Self::without(self.without, &self.records, self.model.deletion);
        let found = Self { watch: Some(watch), ..like }.run(world, reports, budget);
        found.fault.is_some()
    }

    /// Searches until the first fault, or to the end.
    pub(super) fn run(&self, world: &World, reports: &[&[Record]], budget: Budget) -> Found {
        let importers = reports
            .iter()
            .enumerate()
            // Without a common rule, importers choose different winners.
            .map(|(index, reports)| {
                let reversed = self.without == Some(Rule::LowestWins) && index > 0;
                Shared::new(Importer::new(reports, reversed))
            })
            .collect();
        let first = State {
            world: Shared::new(world.clone()),
            previous: Shared::new(world.clone()),
            late: Vec::new(),
            importers,
            shown: shown_at_first(world, budget.late_lists),
            budget,
            lagged: false,
        };
        let mut seen = HashSet::from([fingerprint(&first)]);
        let mut quiet = HashSet::new();
        let mut open: Vec<(State, usize)> = vec![(first.clone(), usize::MAX)];
        // How each state was reached: by which step from which state.
        let mut ways: Vec<(usize, usize)> = Vec::new();
        while let Some((state, way)) = open.pop() {
            let mut fault = None;
            let is_quiet =
                state.late.is_empty() && state.importers.iter().all(|importer| importer.is_over());
            if is_quiet
                && quiet.insert(fingerprint(&(&state.world, &state.importers, state.lagged)))
            {
                fault = self.judge(&state).err();
            }
            let mut ahead = Vec::new();
            if fault.is_none() {
                fault = self.step(&state, &mut ahead).err();
            }
            if let Some(fault) = fault {
                let story = self.story(first, &ways, way);
                return Found { states: seen.len(), fault: Some((fault, story)) };
            }
            for (number, (mut next, _)) in ahead.into_iter().enumerate() {
                next.sort();
                if seen.insert(fingerprint(&next)) {
                    ways.push((way, number));
                    open.push((next, ways.len() - 1));
                }
            }
        }
        Found { states: seen.len(), fault: None }
    }

    /// What happened from the `first` state on the way to another.
    fn story(&self, first: State, ways: &[(usize, usize)], at: usize) -> Vec<String> {
        self.tells.set(true);
        let (mut state, mut story) = (first, Vec::new());
        for number in steps_to(ways, at) {
            let mut ahead = Vec::new();
            self.step(&state, &mut ahead).expect("these steps were taken before");
            let (next, said) = ahead.swap_remove(number);
            state = next;
            state.sort();
            story.push(said);
        }
        self.tells.set(false);
        story
    }

    fn say(&self, said: impl FnOnce() -> String) -> String {
        if self.tells.get() { said() } else { String::new() }
    }

    /// All next states.
    fn step(&self, state: &State, ahead: &mut Vec<(State, String)>) -> Result<(), String> {
        let running = (0..state.importers.len()).filter(|index| !state.importers[*index].is_over());
        for index in running.take(if state.budget.sequential { 1 } else { usize::MAX }) {
            self.step_of(index, state, ahead)?;
            if state.budget.kills > 0 {
                let mut next = state.clone();
                next.budget.kills -= 1;
                next.importers[index].change(|importer| importer.end(ImporterState::Dead));
                ahead.push((next, self.say(|| format!("{index} is killed"))));
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
            ahead.push((landed, self.say(|| format!("{rows:?} is executed late"))));
            ahead.push((dropped, self.say(|| format!("{rows:?} is never executed"))));
        }
        if !state.importers.iter().any(|importer| importer.has_checked(self.model.deletion)) {
            for (index, act) in state.budget.person.iter().enumerate() {
                perform(*act, &state.world, |world, said| {
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
                // A whole snapshot may need every list.
                let read = if importer.is_reading_back() { lists } else { u8::MAX };
                let mut readings: Vec<(Reading<'_>, u8)> = state
                    .shown_next(read)
                    .into_iter()
                    .map(|shown| (Reading { shown, ..Reading::of(&state.world) }, 0))
                    .collect();
                if state.budget.lagging > 0 && state.previous != state.world {
                    readings.push((Reading { is_stale: true, ..Reading::of(&state.previous) }, 1));
                }
                for (reading, lag) in readings {
                    let mut next = state.clone();
                    next.budget.lagging -= lag;
                    next.lagged |= lag > 0;
                    if lag == 0 {
                        next.shown = reading.shown;
                    }
                    next.importers[index].change(|reader| {
                        if state.budget.list_by_list {
                            reader.read(lists, &reading, &self.model);
                        } else {
                            reader.read_all(&reading, &self.model);
                        }
                    });
                    if reading.is_stale && next.importers[index].is_waiting() {
                        // As if it had read later.
                        continue;
                    }
                    let said = self.say(|| {
                        let how = if lag > 0 { " as they were" } else { "" };
                        let rows = match state.is_under_lag() {
                            true => format!(", of which {:?} rows are shown", next.shown),
                            false => String::new(),
                        };
                        format!("{index} reads {lists:#b}{how}{rows}")
                    });
                    self.judge_claim(&next, index, lag > 0 || state.budget.list_by_list)?;
                    next.forget();
                    ahead.push((next, said));
                }
            }
            return Ok(());
        }
        let is_create = matches!(importer.state, ImporterState::Send { .. });
        let mut outcomes = vec![RequestOutcome::Good];
        if is_create && state.budget.lost > 0 {
            outcomes.push(RequestOutcome::AnswerLost);
        }
        if is_create && state.budget.late > 0 {
            outcomes.push(RequestOutcome::Late);
        }
        for outcome in outcomes {
            let mut next = state.clone();
            match outcome {
                RequestOutcome::Good => {}
                RequestOutcome::AnswerLost => next.budget.lost -= 1,
                RequestOutcome::Late => next.budget.late -= 1,
            }
            let goes_on = || format!("{index} goes on with {:?} ({outcome:?})", importer.state);
            let said = self.say(goes_on);
            let mut world = (*state.world).clone();
            let late = next.importers[index]
                .change(|writer| writer.write(&mut world, state.shown, outcome, &self.model));
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
}

/// Everything is visible before the first import; a list that does not lag shows all rows.
fn shown_at_first(world: &World, late_lists: u8) -> Lengths {
    let mut shown = Reading::of(world).shown;
    for list in indexes(late_lists) {
        shown[list] = world.lengths()[list];
    }
    shown
}

impl State {
    /// Whether lists show rows late.
    pub(super) fn is_under_lag(&self) -> bool {
        self.budget.late_lists != 0
    }

    pub(super) fn is_sequential(&self) -> bool {
        self.budget.sequential
    }

    /// What `lists`, as bits, may show when they are read next: as much as before, or any number of further rows.
    fn shown_next(&self, lists: u8) -> Vec<Lengths> {
        let all = self.world.lengths();
        let mut next = vec![self.shown];
        for list in indexes(lists & self.budget.late_lists) {
            let more = |shown: Lengths| {
                (shown[list]..=all[list]).map(move |rows| {
                    let mut shown = shown;
                    shown[list] = rows;
                    shown
                })
            };
            next = next.into_iter().flat_map(more).collect();
        }
        next
    }

    /// Importers of the same reports are interchangeable: one order of them is enough.
    fn sort(&mut self) {
        let same = self.importers.windows(2).all(|pair| pair[0].is_like(&pair[1]));
        if same && !self.budget.sequential {
            self.importers.sort_by_key(|importer| importer.fingerprint);
        }
    }

    fn change(&mut self, world: Shared<World>) {
        if world != self.world {
            self.previous = std::mem::replace(&mut self.world, world);
        }
        self.forget();
    }

    /// The previous state does not matter if no read may lag any more.
    fn forget(&mut self) {
        if self.budget.lagging == 0 {
            self.previous = self.world.clone();
        }
    }
}

/// Calls `then` with each world that results from `act`.
fn perform(act: PersonAct, world: &World, mut then: impl FnMut(World, String)) {
    match act {
        PersonAct::EditTest => {
            for (index, _) in world.tests.iter().enumerate().filter(|(_, test)| !test.deleted) {
                let mut next = world.clone();
                (next.tests[index].edited, next.tests[index].theirs) = (true, true);
                then(next, format!("a person edits test {index}"));
            }
        }
        PersonAct::Relink => {
            for (index, test) in world.tests.iter().enumerate() {
                if !test.deleted && test.record == Some(1) {
                    let mut next = world.clone();
                    let test = &mut next.tests[index];
                    (test.record, test.alias, test.edited) = (Some(0), Some(1), true);
                    then(next, format!("test {index} is carried over"));
                }
            }
        }
        PersonAct::FillFolder => {
            for (row, suite) in (0..).zip(&world.suites) {
                if suite.path.is_some() && world.reached(row) {
                    let mut next = world.clone();
                    next.suites[usize::from(row)].theirs = true;
                    next.add_test(Test { theirs: true, ..Test::default() }, row);
                    then(next, format!("a person puts a test into suite {row}"));
                }
            }
        }
    }
}

/// The steps from the first state to the one at `at`, of `ways`: by state, the one before it and the number of the step from there.
pub(crate) fn steps_to(ways: &[(usize, usize)], mut at: usize) -> Vec<usize> {
    let mut steps = Vec::new();
    while let Some((before, number)) = ways.get(at) {
        steps.push(*number);
        at = *before;
    }
    steps.reverse();
    steps
}
