//! Builds the summary from the results of the stages.

use std::collections::HashSet;
use std::sync::Arc;

use super::{FileFlaw, Ledger, Named, OutcomeCounts, Reports, Suites, Summary, SummaryError};
use crate::apply::{Applied, RecordOutcome, Stop};
use crate::plan::change::{ChangeAction, ChangeKind, dedup_change};
use crate::plan::dedup::Dedup;
use crate::plan::stale::Stale;
use crate::plan::{ChangePlan, TestPlan};
use crate::snapshot::Target;
use test_reports::formats::model::Flaw;
use test_reports::identity::Identity;
use test_reports::record::{IdentityOptions, Records, TestRecord};

impl Summary {
    /// The summary of the reports, before the project is read. An inspection ends here.
    #[must_use]
    pub fn of_reports(mut records: Records, options: &IdentityOptions) -> Self {
        let (mut recovered, mut damaged) = (Vec::new(), Vec::new());
        for file in &records.files {
            let flaw = |flaw: &Flaw| FileFlaw {
                path: file.path.clone(),
                shard: file.shard.clone(),
                flaw: flaw.clone(),
            };
            recovered.extend(file.recovered.iter().map(flaw));
            damaged.extend(file.damaged.iter().map(flaw));
        }
        Self {
            schema_version: 1,
            complete: Some(false),
            namespace: Some(options.namespace.clone()).filter(|namespace| !namespace.is_empty()),
            folder: options.folder.clone(),
            reports: Reports {
                files: records.files.len(),
                recovered,
                damaged,
                counts: OutcomeCounts::of(&records.tests),
            },
            tests: Ledger {
                seen: records.seen,
                merged: records.merged,
                excluded: records.excluded,
                ..Ledger::default()
            },
            warnings: std::mem::take(&mut records.warnings),
            records: Arc::new(records),
            ..Self::default()
        }
    }

    /// Excludes tests from the import. Their outcomes still count: an `ignore` pattern must not hide a failure.
    pub fn ignore(&mut self, is_ignored: impl Fn(&TestRecord) -> bool) {
        // Nothing else holds the records yet, so that this copies none.
        let tests = &mut Arc::make_mut(&mut self.records).tests;
        let ignored: Vec<TestRecord> = tests.extract_if(.., |test| is_ignored(test)).collect();
        self.tests.ignored = ignored.len();
        tests.extend(ignored);
    }

    /// Marks every test as not reached: the import ended before it wrote anything.
    pub fn set_not_reached(&mut self) {
        self.complete = Some(false);
        self.tests.refused = self.to_import().len();
    }

    /// Sets project and root plan.
    pub fn set_target(&mut self, target: &Target) {
        self.project =
            Some(Named { id: target.project.id.number(), name: target.project.name.clone() });
        self.root_plan =
            Some(Named { id: target.plan.id.number(), name: target.plan.name.clone() });
    }

    /// Sets the planned changes, for a dry run.
    pub fn set_plan(&mut self, plan: &ChangePlan) {
        self.dry_run = true;
        self.complete = None;
        self.changes = plan.changes(self.to_import());
        self.suites =
            Suites { created: plan.folders.to_create().count(), matched: plan.folders.matched() };
        self.warnings.extend(plan.warnings.iter().cloned());
        for test in &plan.tests {
            match test {
                TestPlan::Create { steps, .. } => {
                    self.tests.created += 1;
                    self.steps.created += steps;
                }
                TestPlan::Adopt { .. } => self.tests.adopted += 1,
                TestPlan::Matched { steps, overridden, .. } => {
                    self.steps.created += steps.len();
                    self.tests.overridden += usize::from(*overridden);
                    if test.is_done() {
                        self.tests.unchanged += 1;
                    } else {
                        self.tests.updated += 1;
                    }
                }
            }
        }
    }

    /// Sets the tests in the namespace that are not in any report.
    pub fn set_stale(&mut self, stale: Vec<Stale>) {
        self.tests.stale = stale.len();
        self.stale = stale;
    }

    /// Adds duplicates that were deleted before the import.
    pub fn add_healed(&mut self, deduplicated: &[Dedup], warnings: Vec<String>) {
        self.changes.extend(deduplicated.iter().map(dedup_change));
        self.warnings.extend(warnings);
    }

    /// Adds what the import did.
    pub fn set_applied(&mut self, plan: &ChangePlan, applied: &Applied) {
        let Applied {
            outcomes: fates,
            folders_created,
            steps_created,
            located: _,
            verified,
            stop,
            deduplicated,
            warnings,
        } = applied;
        self.complete = Some(*verified && stop.is_none() && fates.iter().all(is_done));
        self.suites = Suites { created: folders_created.len(), matched: plan.folders.matched() };
        self.steps.created = *steps_created;
        self.warnings.extend(plan.warnings.iter().chain(warnings).cloned());
        let records = Arc::clone(&self.records);
        let mut done: HashSet<Identity> = HashSet::new();
        let mut not_reached = 0;
        for ((record, test), fate) in records.tests.iter().zip(&plan.tests).zip(fates) {
            if is_done(fate) && *fate != RecordOutcome::Unchanged {
                done.insert(record.identity);
            }
            match fate {
                RecordOutcome::Unchanged => {
                    let overridden = matches!(test, TestPlan::Matched { overridden: true, .. });
                    self.tests.overridden += usize::from(overridden);
                    self.tests.unchanged += 1;
                }
                RecordOutcome::Created => self.tests.created += 1,
                RecordOutcome::Adopted => self.tests.adopted += 1,
                RecordOutcome::Updated => self.tests.updated += 1,
                RecordOutcome::Refused { reason } => {
                    self.tests.refused += 1;
                    let folder = record.folder.join("/");
                    self.add_error(
                        format!("test {:?} in folder {folder:?}: {reason}", record.name),
                        None,
                    );
                }
                RecordOutcome::NotReached => {
                    self.tests.refused += 1;
                    not_reached += 1;
                }
            }
        }
        // Only changes that were made are listed; deduplication lists its own.
        let mut changes = plan.changes(self.to_import());
        changes.retain(|change| {
            let done = if change.kind == ChangeKind::Folder { folders_created } else { &done };
            !matches!(change.action, ChangeAction::Delete | ChangeAction::Move)
                && change.identity.is_some_and(|identity| done.contains(&identity))
        });
        self.changes.extend(changes);
        self.changes.extend(deduplicated.iter().map(dedup_change));
        match not_reached {
            0 => {}
            1 => self.add_error("1 test was not reached".to_owned(), None),
            tests => self.add_error(format!("{tests} tests were not reached"), None),
        }
        if let Some(stop) = stop {
            self.add_stop(stop);
        }
    }

    /// Adds the error that ended the import early.
    pub fn add_stop(&mut self, stop: &Stop) {
        let hint = match stop {
            Stop::Api(error) => error.hint(),
            Stop::Target(_) => "the project changed during the import; run the import again",
            Stop::Refused { .. } => {
                "see the server's answer; the tests themselves were imported, so run the import again when it is solved"
            }
            Stop::Lost { .. } => {
                "the server dropped or changed texts that hold our marks, so the import stopped; please report this"
            }
        };
        self.add_error(stop.to_string(), Some(hint.to_owned()));
    }

    /// Adds an error.
    pub fn add_error(&mut self, message: String, hint: Option<String>) {
        self.errors.push(SummaryError { message, hint });
    }
}

fn is_done(fate: &RecordOutcome) -> bool {
    !matches!(fate, RecordOutcome::Refused { .. } | RecordOutcome::NotReached)
}
