//! An import as a state machine in which each step is one request: the stages of `apply`, without the network.

use super::Rule;
use super::view::{ClientView, DedupWrite, Model, PendingAction, PlanSummary};
use super::world::{
    Deletion, FolderMembership, Lengths, New, OwnRow, PARENTS, PLACES, Reading, Record, Row, STEPS,
    SUITES, TESTS, World, indexes,
};
use crate::snapshot::ReadRequest;

/// What is read about duplicates, from several lists.
const DUPLICATES: u8 = 1 << 5;

/// The lists that are read first, in parallel.
pub(super) const FIRST: u8 = SUITES | PARENTS | TESTS | PLACES | STEPS;

/// How often duplicates are deleted at the verification: first an import deletes its own.
const DEDUP_ROUNDS: u8 = 3;

/// The purpose of a reading of the whole project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Then {
    Plan,
    PlanAgain,
    Verify(u8),
}

/// Rows of one kind that are created together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stage {
    Folders,
    Tests,
    Places,
    /// The steps of tests that another import created are read.
    CheckSteps,
    LaterSteps,
    FirstSteps,
}

/// The progress of one deduplication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum DedupStep {
    Check,
    Write,
    CheckAgain,
    Restore,
}

/// A wait for lists that lag. It ends when they show what was missing, or every row that existed when it began: no list lags
/// longer than `--lag-wait`. Waits that are shorter than that show nothing for certain, so the search does not count on them;
/// of several readings only the last one matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Wait {
    /// The rows that existed when it began; none before that.
    floor: Option<Lengths>,
    /// Whether a list of this reading shows less.
    is_behind: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum ImporterState {
    /// The project is read; `looked_up`: the folders once more, because a test was in no folder.
    Read { left: u8, looked_up: bool, then: Then, wait: Wait },
    /// Duplicates are deleted.
    Dedup { writes: Vec<DedupWrite>, step: DedupStep, then: Then },
    /// Rows are sent.
    Send { stage: Stage, rows: Vec<New> },
    /// Rows that the server acknowledged, and rows with an unknown outcome, are read back.
    ReadBack { stage: Stage, acknowledged: Vec<New>, unknown: Vec<New>, left: u8, wait: Wait },
    /// The import ended, with success or without.
    Ended(bool),
    /// The import was killed.
    Dead,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Importer {
    pub(super) reports: Vec<Record>,
    pub(super) state: ImporterState,
    pub(super) view: ClientView,
    pub(super) actions: Vec<PendingAction>,
    /// By report: the folder for a new test.
    pub(super) folders: Vec<Option<Row>>,
    /// By report: the row that won.
    pub(super) rows: Vec<Option<Row>>,
    /// Without lag only tests, and rows that were duplicates when they were created: the others win for ever.
    pub(super) own: Vec<OwnRow>,
    pub(super) refused: bool,
    /// Prefers the rows that were created last: for it, the rule of the lowest id is disabled.
    pub(super) reversed: bool,
}

impl ImporterState {
    /// Before the first list of a reading.
    pub(super) fn reading(then: Then) -> Self {
        Self::Read { left: FIRST, looked_up: false, then, wait: Wait::default() }
    }
}

impl Wait {
    /// What comes after a reading that lacks something: the next one, or none if lists showed everything.
    pub(super) fn next(self, reading: &Reading<'_>) -> Option<Self> {
        let floor = self.floor.unwrap_or_else(|| reading.world.lengths());
        self.is_behind.then_some(Self { floor: Some(floor), is_behind: false })
    }
}

impl Importer {
    pub(super) fn new(reports: &[Record], reversed: bool) -> Self {
        Self {
            reports: reports.to_vec(),
            state: ImporterState::reading(Then::Plan),
            view: ClientView::default(),
            actions: Vec::new(),
            folders: Vec::new(),
            rows: Vec::new(),
            own: Vec::new(),
            refused: false,
            reversed,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, ImporterState::Ended(_) | ImporterState::Dead)
    }

    /// Whether `other` imports the same reports by the same rules.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.reports == other.reports && self.reversed == other.reversed
    }

    /// Ends, and forgets everything that no longer matters, so that equal states are equal.
    pub(super) fn end(&mut self, state: ImporterState) {
        *self = Self { state, ..Self::new(&self.reports, self.reversed) };
    }

    /// Whether it reads again because something was missing.
    pub(super) fn is_waiting(&self) -> bool {
        match &self.state {
            ImporterState::Read { wait, .. } | ImporterState::ReadBack { wait, .. } => {
                wait.floor.is_some()
            }
            _ => false,
        }
    }

    /// Whether it reads single lists, not the project.
    pub(super) fn is_reading_back(&self) -> bool {
        matches!(self.state, ImporterState::ReadBack { .. })
    }

    /// The lists that may be read next, as bits.
    pub(super) fn readable(&self) -> u8 {
        match self.state {
            ImporterState::Read { left, .. } | ImporterState::ReadBack { left, .. } => left,
            _ => 0,
        }
    }

    /// Whether it checked a row and is about to delete it: no request deletes conditionally.
    pub(super) fn has_checked(&self, deletion: Deletion) -> bool {
        match &self.state {
            ImporterState::Dedup { writes, step: DedupStep::Write, .. } => {
                deletion == Deletion::Cascades
                    || !matches!(writes[..], [DedupWrite::DeleteSuite(_), ..])
            }
            _ => false,
        }
    }

    /// Reads `lists`, as bits.
    pub(super) fn read(&mut self, lists: u8, reading: &Reading<'_>, model: &Model) {
        self.take(lists, reading, model);
        if let ImporterState::Read { wait, .. } | ImporterState::ReadBack { wait, .. } =
            &mut self.state
        {
            let all = reading.world.lengths();
            let due = wait.floor.unwrap_or(all);
            let is_short = |list: usize| reading.shown[list] < due[list].min(all[list]);
            wait.is_behind |= reading.is_stale || indexes(lists).any(is_short);
        }
        let ImporterState::Read { left, mut looked_up, then, wait } = self.state else {
            if let ImporterState::ReadBack { left, .. } = &mut self.state {
                *left &= !lists;
                if *left == 0 {
                    self.after_reading_back(reading, model);
                }
            }
            return;
        };
        let mut left = left & !lists;
        if left == 0 && looked_up && lists & (SUITES | PARENTS) != 0 {
            left = PLACES;
        } else if left == 0 && lists & FIRST != 0 {
            let steps = std::mem::take(&mut self.view.steps);
            self.view.duplicates = None;
            let skips = looked_up || model.is_without(Rule::LookUpLost);
            match model.next_read(&self.view, &self.reports, self.reversed, skips) {
                Some(ReadRequest::Placements(_)) => {
                    (looked_up, left) = (true, SUITES | PARENTS);
                    self.view.steps = steps;
                }
                Some(ReadRequest::Details { steps_of, duplicate_tests, duplicate_folders }) => {
                    if !steps_of.is_empty() {
                        // They were read with the other lists.
                        self.view.steps = steps;
                    }
                    if !(duplicate_tests.is_empty() && duplicate_folders.is_empty()) {
                        left |= DUPLICATES;
                    }
                }
                None => {}
            }
        }
        self.state = ImporterState::Read { left, looked_up, then, wait };
        if left == 0 {
            let plan = model.plan(&self.view, &self.reports, self.reversed);
            self.after_planning(&plan, then, wait, reading, model);
        }
    }

    /// Reads everything that it needs next at one moment: the whole project, or the lists of one kind.
    pub(super) fn read_all(&mut self, reading: &Reading<'_>, model: &Model) {
        let ImporterState::Read { then, .. } = self.state else {
            return self.read(self.readable(), reading, model);
        };
        loop {
            self.read(self.readable(), reading, model);
            match self.state {
                ImporterState::Read { left, then: now, .. } if now == then && left != FIRST => {}
                _ => break,
            }
        }
    }

    fn take(&mut self, lists: u8, reading: &Reading<'_>, model: &Model) {
        let (view, world) = (&mut self.view, reading.world);
        let shown = || -> Vec<_> {
            let shows = |place: &&_| world.shows(place, model.deletion);
            let places = reading.rows(PLACES, &world.places).iter();
            places.map(|place| Some(place).filter(shows).cloned()).collect()
        };
        if lists & SUITES != 0 {
            view.suites = reading.rows(SUITES, &world.suites).to_vec();
        }
        if lists & PARENTS != 0 {
            let placed = reading.rows(PARENTS, &world.suites).iter();
            view.parents = placed.map(|suite| suite.parent).collect();
        }
        if lists & TESTS != 0 {
            view.tests = reading.rows(TESTS, &world.tests).to_vec();
        }
        if lists & PLACES != 0 {
            view.places = shown();
        }
        if lists & (STEPS | DUPLICATES) != 0 {
            view.steps = reading.rows(STEPS, &world.steps).to_vec();
        }
        if lists & DUPLICATES != 0 {
            let used = (0..).zip(&world.tests).filter(|(_, test)| test.used);
            // Placements of deleted tests do not matter.
            let mut shown = shown();
            let is_live = |place: &FolderMembership| !world.tests[usize::from(place.test)].deleted;
            for place in &mut shown {
                *place = place.take().filter(is_live);
            }
            view.duplicates = Some((shown, used.map(|(row, _)| row).collect()));
        }
    }

    fn after_planning(
        &mut self,
        plan: &PlanSummary,
        then: Then,
        wait: Wait,
        reading: &Reading<'_>,
        model: &Model,
    ) {
        let is_verification = matches!(then, Then::Verify(_));
        if is_verification && !reading.lags() {
            let is_needed = !model.is_without(Rule::OwnFirst);
            self.own.retain(|own| is_needed && reading.world.is_duplicate(*own));
        }
        self.own.sort_unstable();
        let hides_own = is_verification
            && !model.is_without(Rule::WaitForOwnRows)
            && self.hides_own(plan, reading.world);
        let (is_evident, rule) = if is_verification {
            (hides_own || !plan.actions.iter().all(PendingAction::is_done), Rule::WaitForOwnRows)
        } else {
            (plan.lacks_something, Rule::LookTwice)
        };
        if is_evident
            && !model.is_without(rule)
            && let Some(wait) = wait.next(reading)
        {
            // Only the next reading matters.
            self.view = ClientView::default();
            self.state = ImporterState::Read { left: FIRST, looked_up: false, then, wait };
            return;
        }
        let is_complete = plan.actions.iter().all(PendingAction::is_done) && !self.refused;
        match then {
            Then::Plan if !plan.dedups.is_empty() => self.dedup(plan, Then::PlanAgain),
            Then::Plan | Then::PlanAgain if plan.is_empty() => self.end(ImporterState::Ended(true)),
            Then::Plan | Then::PlanAgain => {
                self.actions.clone_from(&plan.actions);
                let row = |action: &PendingAction| match action {
                    PendingAction::Matched { test, .. } => Some(*test),
                    PendingAction::Create => None,
                };
                self.rows = plan.actions.iter().map(row).collect();
                self.next_level(model);
            }
            Then::Verify(_) if model.is_without(Rule::DedupBeforeSuccess) => {
                self.end(ImporterState::Ended(is_complete));
            }
            Then::Verify(round) if !plan.dedups.is_empty() && round < DEDUP_ROUNDS => {
                let round = if model.is_without(Rule::OwnFirst) { round.max(1) } else { round };
                self.dedup(plan, Then::Verify(round + 1));
                if !reading.lags() {
                    // They matter in the first round only.
                    self.own.clear();
                }
            }
            Then::Verify(_) => {
                let is_right = is_complete && plan.dedups.is_empty() && !hides_own;
                self.end(ImporterState::Ended(is_right));
            }
        }
    }

    /// Deletes duplicates; in the first round of a verification only own rows, which other imports leave to it.
    fn dedup(&mut self, plan: &PlanSummary, then: Then) {
        // Only the next reading matters.
        self.view = ClientView::default();
        let mut writes = plan.dedups.clone();
        if then == Then::Verify(1) {
            writes.retain(|write| self.own.contains(&write.row()));
        }
        self.state = if writes.is_empty() {
            ImporterState::reading(then)
        } else {
            ImporterState::Dedup { writes, step: DedupStep::Check, then }
        };
    }

    /// Whether lists hide an own row that exists, its place, or the placement of a test that exists several times.
    fn hides_own(&self, plan: &PlanSummary, world: &World) -> bool {
        let view = &self.view;
        let has_steps_read = |test: Row| {
            let reads = |action: &PendingAction| matches!(action, PendingAction::Matched { test: matched, .. } if *matched == test);
            plan.actions.iter().any(reads)
                && view.tests.get(usize::from(test)).is_some_and(|test| !test.edited)
        };
        let is_placed = |row: Row| view.places.iter().flatten().any(|place| place.test == row);
        self.own.iter().filter(|own| world.is_live(**own)).any(|own| match *own {
            OwnRow::Suite(row) => usize::from(row) >= view.suites.len().min(view.parents.len()),
            OwnRow::Test(row) => {
                usize::from(row) >= view.tests.len() || world.is_duplicate(*own) && !is_placed(row)
            }
            OwnRow::Place(row) => usize::from(row) >= view.places.len(),
            OwnRow::Step(row) => {
                usize::from(row) >= view.steps.len()
                    && has_steps_read(world.steps[usize::from(row)].test)
            }
        })
    }
}
