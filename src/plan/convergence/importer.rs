//! An import as a state machine in which each step is one request: the stages of `apply`, without the network.

use super::Rule;
use super::view::{ClientView, DedupWrite, Model, PendingAction, PlanSummary};
use super::world::{Deletion, FolderMembership, New, Record, Row, Test, World};
use crate::snapshot::ReadRequest;

pub(super) const SUITES: u8 = 1;
pub(super) const PARENTS: u8 = 2;
pub(super) const TESTS: u8 = 4;
pub(super) const PLACES: u8 = 8;
pub(super) const STEPS: u8 = 16;
const DUPLICATES: u8 = 32;

/// The lists that are read first, in parallel.
pub(super) const FIRST: u8 = SUITES | PARENTS | TESTS;

/// How often duplicates are deleted at the verification.
const DEDUP_ROUNDS: u8 = 2;

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

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum ImporterState {
    /// The project is read; `looked_up`: the folders once more, because a test was in no folder.
    Read { left: u8, looked_up: bool, then: Then },
    /// Duplicates are deleted.
    Dedup { writes: Vec<DedupWrite>, step: DedupStep, then: Then },
    /// Rows are sent.
    Send { stage: Stage, rows: Vec<New> },
    /// Rows that the server acknowledged, and rows with an unknown outcome, are read back.
    ReadBack { stage: Stage, acknowledged: Vec<New>, unknown: Vec<New>, readings: u8, left: u8 },
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
    actions: Vec<PendingAction>,
    /// By report: the folder for a new test.
    pub(super) folders: Vec<Option<Row>>,
    /// By report: the row that won.
    rows: Vec<Option<Row>>,
    /// Tests that the server returned to this import.
    pub(super) own: Vec<Row>,
    pub(super) refused: bool,
    /// Prefers the rows that were created last: for it, the rule of the lowest id is disabled.
    reversed: bool,
}

impl Importer {
    pub(super) fn new(reports: &[Record], reversed: bool) -> Self {
        Self {
            reports: reports.to_vec(),
            state: ImporterState::Read { left: FIRST, looked_up: false, then: Then::Plan },
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

    /// The lists that may be read next, as bits.
    pub(super) fn readable(&self) -> u8 {
        match self.state {
            ImporterState::Read { left, .. } if left & FIRST != 0 => left & FIRST,
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

    /// Reads `lists`, as bits, from `world`.
    pub(super) fn read(&mut self, lists: u8, world: &World, model: &Model) {
        self.take(lists, world, model);
        let ImporterState::Read { left, mut looked_up, then } = self.state else {
            if let ImporterState::ReadBack { left, .. } = &mut self.state {
                *left &= !lists;
                if *left == 0 {
                    self.after_reading_back(model);
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
            let skips = looked_up || model.is_without(Rule::LookUpLost);
            match model.next_read(&self.view, &self.reports, self.reversed, skips) {
                Some(ReadRequest::Placements(_)) => (looked_up, left) = (true, SUITES | PARENTS),
                Some(ReadRequest::Details { steps_of, duplicate_tests, duplicate_folders }) => {
                    if !steps_of.is_empty() {
                        left |= STEPS;
                    }
                    if !(duplicate_tests.is_empty() && duplicate_folders.is_empty()) {
                        left |= DUPLICATES;
                    }
                }
                None => {}
            }
        }
        self.state = ImporterState::Read { left, looked_up, then };
        if left == 0 {
            let plan = model.plan(&self.view, &self.reports, self.reversed);
            self.after_planning(&plan, then, model);
        }
    }

    /// Reads everything that it needs next at one moment: the whole project, or the lists of one kind.
    pub(super) fn read_all(&mut self, world: &World, model: &Model) {
        let ImporterState::Read { then, .. } = self.state else {
            return self.read(self.readable(), world, model);
        };
        loop {
            self.read(self.readable(), world, model);
            match self.state {
                ImporterState::Read { left, then: now, .. } if now == then && left != FIRST => {}
                _ => break,
            }
        }
    }

    fn take(&mut self, lists: u8, world: &World, model: &Model) {
        let view = &mut self.view;
        let shown = || -> Vec<_> {
            let shows = |place: &&_| world.shows(place, model.deletion);
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
        if lists & DUPLICATES != 0 {
            view.steps.clone_from(&world.steps);
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

    fn after_planning(&mut self, plan: &PlanSummary, then: Then, model: &Model) {
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
                self.dedup(plan, Then::Verify(round + 1));
            }
            Then::Verify(_) => {
                self.end(ImporterState::Ended(is_complete && plan.dedups.is_empty()));
            }
        }
    }

    fn dedup(&mut self, plan: &PlanSummary, then: Then) {
        // Only the next reading matters.
        self.view = ClientView::default();
        let writes = plan.dedups.clone();
        self.state = ImporterState::Dedup { writes, step: DedupStep::Check, then };
    }

    fn next_level(&mut self, model: &Model) {
        let needs = |action: &PendingAction| {
            matches!(action, PendingAction::Create | PendingAction::Matched { place: true, .. })
        };
        let needed: Vec<bool> = self.actions.iter().map(needs).collect();
        let level = model.folders(&self.view, &self.reports, &needed, self.reversed);
        if level.next.is_empty() || self.refused {
            self.refused |=
                needed.iter().zip(&level.of_reports).any(|(needed, row)| *needed && row.is_none());
            self.folders = level.of_reports;
            self.next_stage(Stage::Tests, model);
        } else {
            let new = |(path, parent)| New::Suite { path, parent };
            let rows = level.next.into_iter().map(new).collect();
            self.state = ImporterState::Send { stage: Stage::Folders, rows };
        }
    }

    /// Begins `stage`, or the first one after it that has something to do.
    pub(super) fn next_stage(&mut self, stage: Stage, model: &Model) {
        if stage == Stage::CheckSteps && self.has_unclear_tests() {
            self.read_back(stage, Vec::new(), Vec::new(), 0);
            return;
        }
        let rows = self.rows_of(stage, model);
        if rows.is_empty() {
            self.after(stage, model);
        } else {
            self.state = ImporterState::Send { stage, rows };
        }
    }

    /// Whether a test that will get steps was created by another import, or its answer was lost.
    fn has_unclear_tests(&self) -> bool {
        self.actions.iter().zip(&self.rows).any(|(action, row)| {
            *action == PendingAction::Create && row.is_some_and(|row| !self.own.contains(&row))
        })
    }

    /// Continues after a stage whose rows exist or were refused.
    pub(super) fn after(&mut self, stage: Stage, model: &Model) {
        let (first, second) = if model.is_without(Rule::FirstStepLast) {
            (Stage::FirstSteps, Stage::LaterSteps)
        } else {
            (Stage::LaterSteps, Stage::FirstSteps)
        };
        let next = match stage {
            Stage::Folders => return self.next_level(model),
            Stage::Tests => {
                for (row, record) in self.rows.iter_mut().zip(&self.reports) {
                    *row = row.or_else(|| elected(&self.view, *record, self.reversed));
                }
                Stage::Places
            }
            Stage::Places => Stage::CheckSteps,
            Stage::CheckSteps => first,
            stage if stage == first => second,
            _ => {
                *self = Self {
                    state: ImporterState::Read {
                        left: FIRST,
                        looked_up: false,
                        then: Then::Verify(0),
                    },
                    refused: self.refused,
                    ..Self::new(&self.reports, self.reversed)
                };
                return;
            }
        };
        self.next_stage(next, model);
    }

    fn rows_of(&self, stage: Stage, model: &Model) -> Vec<New> {
        let mut rows = Vec::new();
        for (index, action) in self.actions.iter().enumerate() {
            let (row, folder) = (self.rows[index], self.folders.get(index).copied().flatten());
            let record = self.reports[index];
            match (stage, action) {
                (Stage::Tests, PendingAction::Create) if row.is_none() => {
                    rows.extend(folder.map(|suite| New::Test { record, suite }));
                }
                (Stage::Places, PendingAction::Matched { test, place: true, .. })
                    if !model.is_without(Rule::PlaceLost) =>
                {
                    rows.extend(folder.map(|suite| New::FolderMembership { suite, test: *test }));
                }
                (Stage::LaterSteps | Stage::FirstSteps, _) => {
                    let Some(test) = row else { continue };
                    let all: Vec<u8> = (1..=model.steps(record)).collect();
                    let missing = match action {
                        PendingAction::Matched { steps, .. } => steps.clone(),
                        // Only the import whose own row won knows that it has no steps yet. The others read
                        // them first; if two are equally far, duplicate steps are deleted later.
                        PendingAction::Create if self.own.contains(&test) => all,
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

    pub(super) fn has_step(&self, test: Row, sequence: u8) -> bool {
        self.view
            .steps
            .iter()
            .any(|step| !step.deleted && step.test == test && step.sequence == sequence)
    }
}

/// The row that wins for a record.
fn elected(view: &ClientView, record: Record, reversed: bool) -> Option<Row> {
    let is_live = |(_, test): &(Row, &Test)| !test.deleted && test.record == Some(record);
    let mut live = (0..).zip(&view.tests).filter(is_live).map(|(row, _)| row);
    if reversed { live.last() } else { live.next() }
}
