//! An import as a machine whose every step is one request: the stages of `apply`, without the network.

use super::Rule;
use super::search::Search;
use super::view::{ClientView, DedupWrite, PendingAction, PlanSummary};
use super::world::{Deletion, New, Record, Row, World};

const SUITES: u8 = 1;
const PARENTS: u8 = 2;
const TESTS: u8 = 4;
const PLACES: u8 = 8;
const STEPS: u8 = 16;
const TWINS: u8 = 32;

/// What is asked for at once, as `Snapshot::read` does.
const FIRST: u8 = SUITES | PARENTS | TESTS;

/// How often twins are healed at the verification.
const HEALINGS: u8 = 2;

/// How often rows are looked for that the server acknowledged.
const LOOKS: u8 = 5;

/// What a reading of the whole project is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Then {
    Plan,
    PlanAgain,
    Verify(u8),
}

/// Rows of one kind that are made at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stage {
    Folders,
    Tests,
    Places,
    /// Steps of tests that somebody else made are looked for.
    TheirSteps,
    LaterSteps,
    FirstSteps,
}

/// How far the deletion of a twin has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum DedupPlan {
    ProgressSnapshot,
    Write,
    LookAgain,
    Restore,
}

/// Where an importer is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum ImporterState {
    /// Lists are still to be read; `again`: once more, because a test was seen in no folder.
    Read { left: u8, again: bool, then: Then },
    /// Twins are made one.
    Dedup { writes: Vec<DedupWrite>, step: DedupPlan, then: Then },
    /// Rows are sent.
    Send { stage: Stage, rows: Vec<New> },
    /// Rows are looked for: those that the server acknowledged, and those of which nobody knows.
    LookFor { stage: Stage, acknowledged: Vec<New>, unknown: Vec<New>, looks: u8, left: u8 },
    /// It ended; whether it says that all is there.
    Done(bool),
    /// It was killed.
    Dead,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Importer {
    pub(super) reports: Vec<Record>,
    pub(super) at: ImporterState,
    view: ClientView,
    todo: Vec<PendingAction>,
    /// By report: the folder that new tests are put into.
    folders: Vec<Option<Row>>,
    /// By report: the row that stands.
    rows: Vec<Option<Row>>,
    /// Tests that the server answered with.
    answered: Vec<Row>,
    refused: bool,
    /// Prefers the rows that were made last: a rule that was removed.
    reversed: bool,
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestOutcome {
    Good,
    /// It is carried out, and the answer lost.
    AnswerLost,
    /// Its answer is lost, and it is carried out later, if at all.
    Late,
}

impl Importer {
    pub(super) fn new(reports: &[Record], reversed: bool) -> Self {
        Self {
            reports: reports.to_vec(),
            at: ImporterState::Read { left: FIRST, again: false, then: Then::Plan },
            view: ClientView::default(),
            todo: Vec::new(),
            folders: Vec::new(),
            rows: Vec::new(),
            answered: Vec::new(),
            refused: false,
            reversed,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.at, ImporterState::Done(_) | ImporterState::Dead)
    }

    /// Whether `other` imports the same by the same rules.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.reports == other.reports && self.reversed == other.reversed
    }

    /// Forgets what has no influence any more, so that equal states are equal.
    pub(super) fn end(&mut self, at: ImporterState) {
        *self = Self { at, ..Self::new(&self.reports, self.reversed) };
    }

    /// The lists that may be read next, as bits.
    pub(super) fn readable(&self) -> u8 {
        match self.at {
            ImporterState::Read { left, .. } if left & FIRST != 0 => left & FIRST,
            ImporterState::Read { left, .. } | ImporterState::LookFor { left, .. } => left,
            _ => 0,
        }
    }

    /// Whether a person who acts now cannot be seen any more: no request deletes on a condition.
    pub(super) fn has_looked(&self, deletion: Deletion) -> bool {
        match &self.at {
            ImporterState::Dedup { writes, step: DedupPlan::Write, .. } => {
                deletion == Deletion::Cascades
                    || !matches!(writes[..], [DedupWrite::DeleteSuite(_), ..])
            }
            _ => false,
        }
    }

    /// Reads `lists`, as bits, from `world`.
    pub(super) fn read(&mut self, lists: u8, world: &World, search: &Search) {
        self.take(lists, world, search);
        let ImporterState::Read { left, mut again, then } = self.at else {
            if let ImporterState::LookFor { left, .. } = &mut self.at {
                *left &= !lists;
                if *left == 0 {
                    self.look(search);
                }
            }
            return;
        };
        let mut left = left & !lists;
        if left == 0 && lists & FIRST != 0 {
            left = PLACES;
        } else if left == 0 && lists & PLACES != 0 {
            self.view.steps.clear();
            self.view.duplicates = None;
            let wishes = search.planner.wishes(&self.view, &self.reports, self.reversed);
            if wishes.lost && !again && search.without != Some(Rule::LookForLost) {
                (again, left) = (true, SUITES | PARENTS);
            } else {
                left = if wishes.duplicates { TWINS } else { 0 }
                    | if wishes.steps { STEPS } else { 0 };
            }
        }
        self.at = ImporterState::Read { left, again, then };
        if left == 0 {
            let outline = search.planner.plan(&self.view, &self.reports, self.reversed);
            self.planned(&outline, then, search);
        }
    }

    /// Reads all that is wanted next at one moment: the whole project, or the lists of one kind.
    pub(super) fn read_all(&mut self, world: &World, search: &Search) {
        let ImporterState::Read { then, .. } = self.at else {
            return self.read(self.readable(), world, search);
        };
        loop {
            self.read(self.readable(), world, search);
            match self.at {
                ImporterState::Read { left, then: now, .. } if now == then && left != FIRST => {}
                _ => break,
            }
        }
    }

    fn take(&mut self, lists: u8, world: &World, search: &Search) {
        let view = &mut self.view;
        let shown = || -> Vec<_> {
            let shows = |place: &&_| world.shows(place, search.deletion);
            world.places.iter().map(|place| Some(place).filter(shows).cloned()).collect()
        };
        if lists & SUITES != 0 {
            view.suites.clone_from(&world.suites);
        }
        if lists & PARENTS != 0 {
            view.parents = world.suites.iter().map(|suite| suite.parent).collect();
        }
        if lists & TESTS != 0 {
            view.tests.clone_from(&world.tests);
        }
        if lists & PLACES != 0 {
            view.places = shown();
        }
        if lists & STEPS != 0 {
            view.steps.clone_from(&world.steps);
        }
        if lists & TWINS != 0 {
            view.steps.clone_from(&world.steps);
            let used = (0..).zip(&world.tests).filter(|(_, test)| test.used);
            // Of places whose test is deleted nothing more is wanted.
            let mut shown = shown();
            let is_live = |place: &super::world::FolderMembership| {
                !world.tests[usize::from(place.test)].deleted
            };
            for place in &mut shown {
                *place = place.take().filter(is_live);
            }
            view.duplicates = Some((shown, used.map(|(row, _)| row).collect()));
        }
    }

    fn planned(&mut self, outline: &PlanSummary, then: Then, search: &Search) {
        let complete =
            || outline.todo.iter().all(PendingAction::is_done) && outline.dedups.is_empty();
        match then {
            Then::Plan if !outline.dedups.is_empty() => self.dedup(outline, Then::PlanAgain),
            Then::Plan | Then::PlanAgain if outline.is_empty() => {
                self.end(ImporterState::Done(true))
            }
            Then::Plan | Then::PlanAgain => {
                self.todo.clone_from(&outline.todo);
                let row = |todo: &PendingAction| match todo {
                    PendingAction::Matched { test, .. } => Some(*test),
                    PendingAction::Create => None,
                };
                self.rows = outline.todo.iter().map(row).collect();
                self.next_level(search);
            }
            Then::Verify(_) if search.without == Some(Rule::HealAtTheEnd) => {
                let done = outline.todo.iter().all(PendingAction::is_done) && !self.refused;
                self.end(ImporterState::Done(done));
            }
            Then::Verify(round) if !outline.dedups.is_empty() && round < HEALINGS => {
                self.dedup(outline, Then::Verify(round + 1));
            }
            Then::Verify(_) => {
                let done = complete() && !self.refused;
                self.end(ImporterState::Done(done));
            }
        }
    }

    fn dedup(&mut self, outline: &PlanSummary, then: Then) {
        // The next reading is all that counts.
        self.view = ClientView::default();
        self.at = ImporterState::Dedup {
            writes: outline.dedups.clone(),
            step: DedupPlan::ProgressSnapshot,
            then,
        };
    }

    fn next_level(&mut self, search: &Search) {
        let needs = |todo: &PendingAction| {
            matches!(todo, PendingAction::Create | PendingAction::Matched { place: true, .. })
        };
        let needed: Vec<bool> = self.todo.iter().map(needs).collect();
        let level = search.planner.folders(&self.view, &self.reports, &needed, self.reversed);
        if level.next.is_empty() || self.refused {
            self.refused |=
                needed.iter().zip(&level.of_reports).any(|(needed, row)| *needed && row.is_none());
            self.folders = level.of_reports;
            self.next_stage(Stage::Tests, search);
        } else {
            let new = |(path, parent)| New::Suite { path, parent };
            let rows = level.next.into_iter().map(new).collect();
            self.at = ImporterState::Send { stage: Stage::Folders, rows };
        }
    }

    /// Begins `stage`, or the first one behind it that has something to do.
    fn next_stage(&mut self, stage: Stage, search: &Search) {
        if stage == Stage::TheirSteps && self.is_doubtful() {
            let (acknowledged, unknown) = (Vec::new(), Vec::new());
            self.at =
                ImporterState::LookFor { stage, acknowledged, unknown, looks: 0, left: STEPS };
            return;
        }
        let rows = self.rows_of(stage, search);
        if rows.is_empty() {
            self.after(stage, search);
        } else {
            self.at = ImporterState::Send { stage, rows };
        }
    }

    /// Whether a row that will get steps was made by somebody else, or its answer was lost.
    fn is_doubtful(&self) -> bool {
        self.todo.iter().zip(&self.rows).any(|(todo, row)| {
            *todo == PendingAction::Create && row.is_some_and(|row| !self.answered.contains(&row))
        })
    }

    /// Goes on behind a stage whose rows stand, as far as they were not refused.
    fn after(&mut self, stage: Stage, search: &Search) {
        let (first, second) = if search.without == Some(Rule::FirstStepLast) {
            (Stage::FirstSteps, Stage::LaterSteps)
        } else {
            (Stage::LaterSteps, Stage::FirstSteps)
        };
        let next = match stage {
            Stage::Folders => return self.next_level(search),
            Stage::Tests => {
                for (row, record) in self.rows.iter_mut().zip(&self.reports) {
                    *row = row.or_else(|| elected(&self.view, *record, self.reversed));
                }
                Stage::Places
            }
            Stage::Places => Stage::TheirSteps,
            Stage::TheirSteps => first,
            stage if stage == first => second,
            _ => {
                *self = Self {
                    at: ImporterState::Read { left: FIRST, again: false, then: Then::Verify(0) },
                    refused: self.refused,
                    ..Self::new(&self.reports, self.reversed)
                };
                return;
            }
        };
        self.next_stage(next, search);
    }

    fn rows_of(&self, stage: Stage, search: &Search) -> Vec<New> {
        let mut rows = Vec::new();
        for (index, todo) in self.todo.iter().enumerate() {
            let (row, folder) = (self.rows[index], self.folders.get(index).copied().flatten());
            let record = self.reports[index];
            match (stage, todo) {
                (Stage::Tests, PendingAction::Create) if row.is_none() => {
                    rows.extend(folder.map(|suite| New::Test { record, suite }));
                }
                (Stage::Places, PendingAction::Matched { test, place: true, .. })
                    if search.without != Some(Rule::PlaceWhatStandsNowhere) =>
                {
                    rows.extend(folder.map(|suite| New::FolderMembership { suite, test: *test }));
                }
                (Stage::LaterSteps | Stage::FirstSteps, _) => {
                    let Some(test) = row else { continue };
                    let all: Vec<u8> = (1..=search.planner.steps(record)).collect();
                    let missing = match todo {
                        PendingAction::Matched { steps, .. } => steps.clone(),
                        // Only who was answered with the very row that stands knows that it has no steps yet. The others
                        // look first; that somebody else is as far at this moment is what steps are healed for.
                        PendingAction::Create if self.answered.contains(&test) => all,
                        PendingAction::Create => all
                            .into_iter()
                            .filter(|sequence| !self.has_step(test, *sequence))
                            .collect(),
                    };
                    let is_now = |sequence: &u8| (*sequence == 1) == (stage == Stage::FirstSteps);
                    let new = |sequence| New::Step { test, sequence };
                    rows.extend(missing.into_iter().rev().filter(is_now).map(new));
                }
                _ => {}
            }
        }
        rows
    }

    fn has_step(&self, test: Row, sequence: u8) -> bool {
        self.view
            .steps
            .iter()
            .any(|step| !step.deleted && step.test == test && step.sequence == sequence)
    }

    /// Carries out what is written next; gives back what is left for later.
    pub(super) fn write(
        &mut self,
        world: &mut World,
        luck: RequestOutcome,
        search: &Search,
    ) -> Vec<New> {
        match std::mem::replace(&mut self.at, ImporterState::Dead) {
            ImporterState::Send { stage, rows } => self.send(stage, rows, world, luck, search),
            ImporterState::Dedup { writes, step, then } => {
                self.heal_next(writes, step, then, world, search);
                Vec::new()
            }
            at => unreachable!("{at:?} writes nothing"),
        }
    }

    fn send(
        &mut self,
        stage: Stage,
        rows: Vec<New>,
        world: &mut World,
        luck: RequestOutcome,
        search: &Search,
    ) -> Vec<New> {
        let (mut acknowledged, mut unknown, mut late) = (Vec::new(), Vec::new(), Vec::new());
        match luck {
            RequestOutcome::Good => {
                for new in rows {
                    match world.create(&new) {
                        Some(row) => {
                            if let New::Test { .. } = new {
                                self.answered.push(row);
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
        if search.without == Some(Rule::ReadBackUnknown) && !unknown.is_empty() {
            self.at = ImporterState::Send { stage, rows: unknown };
            return late;
        }
        if search.without == Some(Rule::ElectBeforeFilling)
            && stage == Stage::Folders
            && unknown.is_empty()
        {
            // Whoever made a folder fills it.
            let made = |record: &Record| {
                let path = search.paths[usize::from(*record)];
                acknowledged.iter().find_map(|(new, row)| {
                    matches!(new, New::Suite { path: made, .. } if *made == path).then_some(*row)
                })
            };
            self.folders = self.reports.iter().map(made).collect();
            self.next_stage(Stage::Tests, search);
            return late;
        }
        let acknowledged: Vec<New> = acknowledged.into_iter().map(|(new, _)| new).collect();
        let always = matches!(stage, Stage::Folders | Stage::Tests);
        if unknown.is_empty() && (!always || acknowledged.is_empty()) {
            self.after(stage, search);
        } else {
            self.at = ImporterState::LookFor {
                stage,
                acknowledged,
                unknown,
                looks: 0,
                left: lists_of(stage),
            };
        }
        late
    }

    /// What was read after rows were sent.
    fn look(&mut self, search: &Search) {
        let ImporterState::LookFor { stage, acknowledged, unknown, looks, .. } =
            std::mem::replace(&mut self.at, ImporterState::Dead)
        else {
            return;
        };
        let looks = looks + 1;
        let are_there =
            |rows: &[New], this: &Self| rows.iter().all(|new| this.is_there(new, search));
        let settled = are_there(&acknowledged, self) && (looks > 1 || are_there(&unknown, self));
        if !settled && looks < LOOKS {
            self.at = ImporterState::LookFor {
                stage,
                acknowledged,
                unknown,
                looks,
                left: lists_of(stage),
            };
        } else if !are_there(&acknowledged, self) {
            self.end(ImporterState::Done(false));
        } else {
            let again: Vec<New> =
                unknown.into_iter().filter(|new| !self.is_there(new, search)).collect();
            if again.is_empty() {
                self.after(stage, search);
            } else {
                self.at = ImporterState::Send { stage, rows: again };
            }
        }
    }

    fn is_there(&self, new: &New, search: &Search) -> bool {
        let view = &self.view;
        match *new {
            New::Suite { path, .. } => search.planner.exists(view, path),
            New::Test { record, .. } => {
                view.tests.iter().any(|test| !test.deleted && test.record == Some(record))
            }
            New::FolderMembership { suite, test } => {
                view.places.iter().flatten().any(|place| (place.suite, place.test) == (suite, test))
            }
            New::Step { test, sequence } => self.has_step(test, sequence),
        }
    }

    fn heal_next(
        &mut self,
        writes: Vec<DedupWrite>,
        step: DedupPlan,
        then: Then,
        world: &mut World,
        search: &Search,
    ) {
        let next = |writes: &[DedupWrite]| match writes {
            [_, rest @ ..] if !rest.is_empty() => ImporterState::Dedup {
                writes: rest.to_vec(),
                step: DedupPlan::ProgressSnapshot,
                then,
            },
            _ => ImporterState::Read { left: FIRST, again: false, then },
        };
        let write =
            |writes: Vec<DedupWrite>| ImporterState::Dedup { writes, step: DedupPlan::Write, then };
        let is_empty = |suite: Row| {
            let is_here = |place: &super::world::FolderMembership| {
                place.suite == suite
                    && world.shows(place, search.deletion)
                    && !world.tests[usize::from(place.test)].deleted
            };
            let is_below = |below: &super::world::Suite| below.parent == suite && !below.deleted;
            !world.places.iter().any(is_here) && !world.suites.iter().any(is_below)
        };
        self.at = match (writes[0], step) {
            (DedupWrite::DeleteTest(test), DedupPlan::ProgressSnapshot) => {
                let row = &world.tests[usize::from(test)];
                let is_spare = !row.deleted && !row.edited && !row.described && !row.used;
                if is_spare || search.without == Some(Rule::LookBeforeDeletingTest) {
                    write(writes)
                } else {
                    next(&writes)
                }
            }
            (DedupWrite::DeleteTest(test), _) => {
                world.tests[usize::from(test)].deleted = true;
                next(&writes)
            }
            (DedupWrite::MoveTest { place, to }, _) => {
                let shown = world.shows(&world.places[usize::from(place)], search.deletion);
                if shown && world.live_suite(to) && search.without != Some(Rule::MoveOut) {
                    world.places[usize::from(place)].suite = to;
                }
                next(&writes)
            }
            (DedupWrite::DeletePlace(place), _) => {
                world.places[usize::from(place)].deleted = search.without != Some(Rule::OnePlace);
                next(&writes)
            }
            (DedupWrite::MoveSuite { suite, to }, _) => {
                if world.live_suite(suite)
                    && world.live_suite(to)
                    && search.without != Some(Rule::MoveOut)
                {
                    world.suites[usize::from(suite)].parent = to;
                }
                next(&writes)
            }
            (DedupWrite::DeleteSuite(suite), DedupPlan::ProgressSnapshot) => {
                if is_empty(suite) || search.without == Some(Rule::LookBeforeDeletingFolder) {
                    write(writes)
                } else {
                    next(&writes)
                }
            }
            (DedupWrite::DeleteSuite(suite), DedupPlan::Write) => {
                world.suites[usize::from(suite)].deleted = true;
                if search.without == Some(Rule::LookAfterDeletingFolder) {
                    next(&writes)
                } else {
                    ImporterState::Dedup { writes, step: DedupPlan::LookAgain, then }
                }
            }
            (DedupWrite::DeleteSuite(suite), DedupPlan::LookAgain) => {
                if is_empty(suite) {
                    next(&writes)
                } else {
                    ImporterState::Dedup { writes, step: DedupPlan::Restore, then }
                }
            }
            (DedupWrite::DeleteSuite(suite), DedupPlan::Restore) => {
                world.suites[usize::from(suite)].deleted = false;
                next(&writes)
            }
            (DedupWrite::DeleteStep(row), _) => {
                world.steps[usize::from(row)].deleted = true;
                next(&writes)
            }
        };
    }
}

/// The row that stands for a record.
fn elected(view: &ClientView, record: Record, reversed: bool) -> Option<Row> {
    let is_live =
        |(_, test): &(Row, &super::world::Test)| !test.deleted && test.record == Some(record);
    let mut live = (0..).zip(&view.tests).filter(is_live).map(|(row, _)| row);
    if reversed { live.last() } else { live.next() }
}

fn lists_of(stage: Stage) -> u8 {
    match stage {
        Stage::Folders => SUITES | PARENTS,
        Stage::Tests => TESTS,
        Stage::Places => PLACES,
        Stage::TheirSteps | Stage::LaterSteps | Stage::FirstSteps => STEPS,
    }
}
