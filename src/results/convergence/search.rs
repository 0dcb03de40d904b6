//! All interleavings, depth first, and what must hold.

use std::cell::Cell;
use std::collections::HashSet;

use super::Rule;
use super::importer::{Answer, Importer, Outcome, Stage, says};
use super::world::{Request, Row, Server, World};
use crate::plan::convergence::{fingerprint, steps_to};

/// How many faults may occur.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Budget {
    /// Requests whose answer is lost.
    pub(super) lost: u8,
    /// Requests that are executed late, or never.
    pub(super) late: u8,
    /// Killed importers.
    pub(super) kills: u8,
    /// Lists that do not show one of the runs yet.
    pub(super) hidden: u8,
    /// A person fails a test of a run, once.
    pub(super) edits: u8,
    /// A person completes a run.
    pub(super) completes: u8,
}

/// One search.
pub(super) struct Search<'a> {
    pub(super) server: Server,
    /// The number of tests of the cycle.
    pub(super) tests: Row,
    /// What each importer saw.
    pub(super) reports: &'a [&'a [Outcome]],
    /// Whether the first importer completes the run.
    pub(super) closes: bool,
    pub(super) budget: Budget,
    pub(super) without: Option<Rule>,
    /// Whether steps say what they do, which takes as long as the steps: only the way to a fault is told.
    pub(super) tells: Cell<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    world: World,
    importers: Vec<Importer>,
    /// Requests in flight whose importer no longer waits.
    late: Vec<Request>,
    budget: Budget,
    /// Whether a list did not show a run.
    was_hidden: bool,
    /// Whether an importer was killed, a request was executed late or a run completed under an importer.
    was_cut_off: bool,
}

/// The result of a search.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) states: usize,
    /// The first fault, and what led to it.
    pub(super) fault: Option<(String, Vec<String>)>,
}

impl Search<'_> {
    /// Searches, and expects no fault. Returns the number of states.
    pub(super) fn holds(&self) -> usize {
        let found = self.run();
        if let Some((fault, way)) = found.fault {
            panic!("{fault}\nafter\n  {}", way.join("\n  "));
        }
        found.states
    }

    /// Searches until the first fault, or to the end.
    pub(super) fn run(&self) -> Found {
        let importer = |(index, outcomes): (usize, &&[Outcome])| {
            // Without a common rule, importers choose different winners.
            let reversed = self.without == Some(Rule::LowestWins) && index > 0;
            Importer::new(outcomes, self.closes && index == 0, reversed)
        };
        let first = State {
            world: World::new(self.server, self.tests),
            importers: self.reports.iter().enumerate().map(importer).collect(),
            late: Vec::new(),
            budget: self.budget.clone(),
            was_hidden: false,
            was_cut_off: false,
        };
        let mut seen = HashSet::from([fingerprint(&first)]);
        let mut open: Vec<(State, usize)> = vec![(first.clone(), usize::MAX)];
        // How each state was reached: by which step from which state.
        let mut ways: Vec<(usize, usize)> = Vec::new();
        while let Some((state, way)) = open.pop() {
            let is_quiet = state.late.is_empty() && state.importers.iter().all(Importer::is_over);
            if let Some(fault) = is_quiet.then(|| self.judge(&state).err()).flatten() {
                let story = self.story(first, &ways, way);
                return Found { states: seen.len(), fault: Some((fault, story)) };
            }
            for (number, (next, _)) in self.step(&state).into_iter().enumerate() {
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
            let (next, said) = self.step(&state).swap_remove(number);
            state = next;
            story.push(said);
        }
        self.tells.set(false);
        story
    }

    fn say(&self, said: impl FnOnce() -> String) -> String {
        if self.tells.get() { said() } else { String::new() }
    }

    /// All next states.
    fn step(&self, state: &State) -> Vec<(State, String)> {
        let mut ahead = Vec::new();
        for (index, importer) in state.importers.iter().enumerate() {
            if importer.is_over() {
                continue;
            }
            match importer.request() {
                Some(request) => self.send(state, index, &request, &mut ahead),
                None => self.read(state, index, &mut ahead),
            }
            if state.budget.kills > 0 {
                let mut next = state.clone();
                next.budget.kills -= 1;
                next.was_cut_off = true;
                next.importers[index].end(Stage::Dead);
                ahead.push((next, self.say(|| format!("{index} is killed"))));
            }
        }
        for index in 0..state.late.len() {
            let mut dropped = state.clone();
            let request = dropped.late.remove(index);
            let mut landed = dropped.clone();
            landed.was_cut_off = true;
            landed.world.execute(&request);
            ahead.push((landed, self.say(|| format!("{request:?} is executed late"))));
            ahead.push((dropped, self.say(|| format!("{request:?} is never executed"))));
        }
        for run in state.world.unfilled() {
            let mut next = state.clone();
            next.world.fill(run);
            ahead.push((next, self.say(|| format!("run {run} is filled"))));
        }
        self.person(state, &mut ahead);
        ahead
    }

    fn read(&self, state: &State, index: usize, ahead: &mut Vec<(State, String)>) {
        let importer = &state.importers[index];
        let mut hidden = vec![None];
        if state.budget.hidden > 0 {
            hidden.extend(state.world.live_runs().map(|(run, _)| Some(run)));
        }
        let mut push = |hidden: &[Option<Row>],
                        read: &dyn Fn(&mut Importer, Option<Row>) -> bool| {
            for &run in hidden {
                let mut next = state.clone();
                next.budget.hidden -= u8::from(run.is_some());
                next.was_hidden |= run.is_some();
                if read(&mut next.importers[index], run) {
                    let said = self.say(|| {
                        let without =
                            run.map(|run| format!(", without run {run}")).unwrap_or_default();
                        format!("{index} reads in {:?}{without}", importer.stage)
                    });
                    ahead.push((next, said));
                }
            }
        };
        let shown = if importer.reads_runs() { &hidden[..] } else { &hidden[..1] };
        push(shown, &|importer, run| importer.read(&state.world, run, self.without));
        if self.without != Some(Rule::ElectAgain) {
            push(&hidden, &|importer, run| importer.read_runs_first(&state.world, run));
        }
    }

    fn send(
        &self,
        state: &State,
        index: usize,
        request: &Request,
        ahead: &mut Vec<(State, String)>,
    ) {
        let mut push = |mut next: State, is_executed: bool, answer: Answer, what: &str| {
            if is_executed {
                next.world.execute(request);
            }
            let world = next.world.clone();
            next.importers[index].sent(answer, &world, self.without);
            ahead.push((next, self.say(|| format!("{index} sends {request:?}{what}"))));
        };
        push(state.clone(), true, Answer::Good, "");
        if state.budget.lost > 0 {
            let mut next = state.clone();
            next.budget.lost -= 1;
            push(next, true, Answer::None, ", without an answer");
        }
        if state.budget.late > 0 {
            let mut next = state.clone();
            next.budget.late -= 1;
            next.late.push(request.clone());
            push(next, false, Answer::None, ", which is late");
        }
    }

    fn person(&self, state: &State, ahead: &mut Vec<(State, String)>) {
        let is_guarded = self.server.checks_epochs;
        if state.importers.iter().any(|importer| importer.is_about_to_change(is_guarded)) {
            return;
        }
        // A write in flight may overwrite what nobody has seen yet.
        if !is_guarded && state.late.iter().any(|late| matches!(late, Request::Write(_))) {
            return;
        }
        for (run, is_complete) in state.world.live_runs() {
            if state.budget.edits > 0 && !is_complete {
                let mut next = state.clone();
                next.budget.edits -= 1;
                if next.world.edit(run) {
                    ahead.push((next, self.say(|| format!("a person fails test 0 in run {run}"))));
                }
            }
            // While two runs are open, one of them may be about to be deleted.
            let is_only = state.world.live_runs().filter(|(_, done)| !done).count() == 1;
            if state.budget.completes > 0 && !is_complete && is_only {
                let mut next = state.clone();
                next.budget.completes -= 1;
                next.was_cut_off = true;
                next.world.execute(&Request::CompleteRun(run));
                ahead.push((next, self.say(|| format!("a person completes run {run}"))));
            }
        }
    }

    /// What must hold when everything is quiet, at once and after one more import of each report.
    fn judge(&self, state: &State) -> Result<(), String> {
        let world = &state.world;
        self.check_edits(world)?;
        let said = |world: &World, importer: &Importer| {
            let counts = |(run, done)| done || Some(run) == world.open_run();
            let mut runs = world.live_runs().filter(|run| counts(*run));
            runs.any(|(run, _)| says(world, run, &importer.reports))
        };
        for (index, importer) in state.importers.iter().enumerate() {
            if importer.stage != Stage::Ended(true) || said(world, importer) {
                continue;
            }
            // Who was killed, wrote late or found the run complete could not join what it had overwritten: the next import of
            // the test does, whoever runs it.
            let is_overwritten = !self.server.checks_epochs && state.was_cut_off;
            for (other, outcomes) in self.reports.iter().enumerate() {
                let mut later = world.clone();
                if other != index && is_overwritten {
                    self.import(&mut later, outcomes)?;
                }
                if !(is_overwritten && (other == index || said(&later, importer))) {
                    return Err(format!("{index} reported success, but the run does not say so"));
                }
            }
        }
        let mut world = world.clone();
        for outcomes in self.reports {
            self.import(&mut world, outcomes)?;
        }
        self.check_edits(&world)?;
        let open: Vec<Row> =
            world.live_runs().filter(|(_, done)| !done).map(|(run, _)| run).collect();
        // A run that a list did not show may have been recorded into: it is kept, with a warning. So is a person's.
        let is_extra = |run: &Row| !world.is_edited(*run) && !state.was_hidden;
        if open.iter().skip(1).any(is_extra) {
            return Err(format!("the build has {} open runs", open.len()));
        }
        for test in 0..self.tests {
            let count = open.first().map_or(1, |run| world.count(*run, test));
            let is_seen = self.reports.iter().flat_map(|r| *r).any(|outcome| outcome.0 == test);
            if count != 1 && is_seen {
                return Err(format!("test {test} has {count} results"));
            }
        }
        let before = world.clone();
        for outcomes in self.reports {
            self.import(&mut world, outcomes)?;
        }
        if world == before { Ok(()) } else { Err("a further import writes".to_owned()) }
    }

    fn check_edits(&self, world: &World) -> Result<(), String> {
        let kept = world.keeps_edits();
        if kept { Ok(()) } else { Err("what a person wrote is gone".to_owned()) }
    }

    /// An import that nothing disturbs; every run is filled before.
    fn import(&self, world: &mut World, outcomes: &[Outcome]) -> Result<(), String> {
        let mut importer = Importer::new(outcomes, false, false);
        for _ in 0..200 {
            for run in world.unfilled() {
                world.fill(run);
            }
            match importer.stage {
                Stage::Ended(true) => return Ok(()),
                Stage::Ended(false) | Stage::Dead => {
                    return Err("an undisturbed import does not succeed".to_owned());
                }
                _ => {}
            }
            match importer.request() {
                Some(request) => {
                    world.execute(&request);
                    importer.sent(Answer::Good, world, self.without);
                }
                None => {
                    importer.read(world, None, self.without);
                }
            }
        }
        Err("an undisturbed import does not end".to_owned())
    }
}
