//! The stages of an importer that creates rows: which come next, and with which rows.

use super::Rule;
use super::importer::{Importer, ImporterState, Stage, Then, Wait};
use super::view::{ClientView, Model, PendingAction};
use super::world::{New, OwnRow, Record, Row, Test};

impl Importer {
    pub(super) fn next_level(&mut self, model: &Model) {
        let needs = |action: &PendingAction| {
            matches!(action, PendingAction::Create | PendingAction::Matched { place: true, .. })
        };
        let needed: Vec<bool> = self.actions.iter().map(needs).collect();
        let level = model.folders(&self.view, &self.reports, &needed, self.reversed);
        let unplaced = level.next.iter().filter(|(path, _)| model.is_unplaced(&self.view, *path));
        let unplaced: Vec<New> =
            unplaced.map(|&(path, parent)| New::Suite { path, parent }).collect();
        if !unplaced.is_empty() && !self.refused {
            // Its place is not listed yet.
            self.read_back(Stage::Folders, unplaced, Vec::new(), Wait::default());
            return;
        }
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
            self.read_back(stage, Vec::new(), Vec::new(), Wait::default());
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
            *action == PendingAction::Create
                && row.is_some_and(|row| !self.own.contains(&OwnRow::Test(row)))
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
                    state: ImporterState::reading(Then::Verify(0)),
                    refused: self.refused,
                    own: std::mem::take(&mut self.own),
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
                        PendingAction::Create if self.own.contains(&OwnRow::Test(test)) => all,
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
