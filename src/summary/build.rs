//! The summary from what the stages handed on.

use std::collections::HashSet;

use super::{
    Failure, FileFlaw, Ledger, Named, Reports, Requests, StaleTest, Steps, Suites, Summary,
    SummaryError, Tool,
};
use crate::apply::{Applied, RecordOutcome, Stop};
use crate::plan::change::{ChangeAction, ChangeKind, dedup_change};
use crate::plan::dedup::Dedup;
use crate::plan::stale::Stale;
use crate::plan::{ChangePlan, TestPlan};
use crate::snapshot::Target;
use test_reports::formats::model::Outcome;
use test_reports::identity::Identity;
use test_reports::record::{IdentityOptions, Records, TestRecord};

impl Summary {
    /// What the reports say, before anything is known of the project.
    #[must_use]
    pub fn of_reports(records: &Records, mapping: &IdentityOptions) -> Self {
        let mut reports = Reports { files: records.files.len(), ..Reports::default() };
        for file in &records.files {
            let flaw = |flaw: &test_reports::formats::model::Flaw| FileFlaw {
                path: file.path.clone(),
                shard: file.shard.clone(),
                flaw: flaw.clone(),
            };
            reports.recovered.extend(file.recovered.iter().map(flaw));
            reports.damaged.extend(file.damaged.iter().map(flaw));
        }
        reports.tests = records.tests.len();
        for test in &records.tests {
            match test.outcome {
                Outcome::Passed => reports.passed += 1,
                Outcome::Failed => reports.failed += 1,
                Outcome::Errored => reports.errored += 1,
                Outcome::Skipped => reports.skipped += 1,
            }
            reports.flaky += usize::from(test.flaky);
            reports.duration_s += test.duration_s.unwrap_or_default();
        }
        Self {
            schema_version: 1,
            tool: Tool::default(),
            exit_code: 0,
            dry_run: false,
            complete: Some(false),
            interrupted: false,
            command: None,
            build: None,
            namespace: Some(mapping.namespace.clone()).filter(|namespace| !namespace.is_empty()),
            reports,
            project: None,
            root_plan: None,
            sandbox: None,
            suites: Suites::default(),
            tests: Ledger {
                seen: records.seen,
                merged: records.merged,
                excluded: records.excluded,
                ..Ledger::default()
            },
            steps: Steps::default(),
            requests: Requests::default(),
            elapsed_s: 0.0,
            failures: records.tests.iter().filter_map(failure).collect(),
            run_errors: records.run_errors.clone(),
            changes: Vec::new(),
            stale: Vec::new(),
            warnings: records.warnings.clone(),
            errors: Vec::new(),
        }
    }

    /// The import ended before any row was looked at: every record still to be dealt with was not reached.
    pub fn set_not_reached(&mut self, records: &[TestRecord]) {
        self.complete = Some(false);
        self.tests.refused = records.len();
    }

    /// Which project it is about.
    pub fn set_target(&mut self, target: &Target) {
        self.project =
            Some(Named { id: target.project.id.number(), name: target.project.name.clone() });
        self.root_plan =
            Some(Named { id: target.plan.id.number(), name: target.plan.name.clone() });
    }

    /// What would be done, for a dry run.
    pub fn set_plan(&mut self, records: &[TestRecord], plan: &ChangePlan) {
        self.dry_run = true;
        self.complete = None;
        self.changes = plan.changes(records);
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

    /// Tests of the namespace that are in no report.
    pub fn set_stale(&mut self, stale: Vec<Stale>) {
        self.tests.stale = stale.len();
        let listed = |Stale { identity, name, folder }| StaleTest { identity, folder, name };
        self.stale = stale.into_iter().map(listed).collect();
    }

    /// Twins that were made one before anything else.
    pub fn add_healed(&mut self, deduplicated: &[Dedup], warnings: Vec<String>) {
        self.changes.extend(deduplicated.iter().map(dedup_change));
        self.warnings.extend(warnings);
    }

    /// What was done.
    pub fn set_applied(&mut self, records: &[TestRecord], plan: &ChangePlan, applied: &Applied) {
        let Applied {
            outcomes: fates,
            folders_created,
            steps_created,
            verified,
            stop,
            deduplicated,
            warnings,
        } = applied;
        self.complete = Some(*verified && stop.is_none() && fates.iter().all(is_done));
        self.suites = Suites { created: folders_created.len(), matched: plan.folders.matched() };
        self.steps.created = *steps_created;
        self.warnings.extend(plan.warnings.iter().chain(warnings).cloned());
        for fate in fates {
            match fate {
                RecordOutcome::Unchanged => self.tests.unchanged += 1,
                RecordOutcome::Created => self.tests.created += 1,
                RecordOutcome::Adopted => self.tests.adopted += 1,
                RecordOutcome::Updated => self.tests.updated += 1,
                RecordOutcome::Refused { .. } | RecordOutcome::NotReached => {
                    self.tests.refused += 1
                }
            }
        }
        for (test, fate) in plan.tests.iter().zip(fates) {
            let overridden = matches!(test, TestPlan::Matched { overridden: true, .. });
            self.tests.overridden += usize::from(overridden && *fate == RecordOutcome::Unchanged);
        }
        // Only what was done is told as a change.
        let done: HashSet<Identity> = records
            .iter()
            .zip(fates)
            .filter(|(_, fate)| is_done(fate))
            .map(|(record, _)| record.identity)
            .collect();
        let mut changes = plan.changes(records);
        changes.retain(|change| {
            let done = if change.kind == ChangeKind::Folder { folders_created } else { &done };
            // What was healed is told by those who healed it.
            !matches!(change.action, ChangeAction::Delete | ChangeAction::Move)
                && change.identity.is_some_and(|identity| done.contains(&identity))
        });
        self.changes.extend(changes);
        self.changes.extend(deduplicated.iter().map(dedup_change));
        for (record, fate) in records.iter().zip(fates) {
            if let RecordOutcome::Refused { reason } = fate {
                self.errors.push(SummaryError {
                    message: format!(
                        "test {:?} in folder {:?}: {reason}",
                        record.name,
                        record.folder.join("/")
                    ),
                    hint: None,
                });
            }
        }
        let left = fates.iter().filter(|fate| **fate == RecordOutcome::NotReached).count();
        if left > 0 {
            let message = match left {
                1 => "1 test was not reached".to_owned(),
                left => format!("{left} tests were not reached"),
            };
            self.errors.push(SummaryError { message, hint: None });
        }
        if let Some(stop) = stop {
            self.errors.push(stop_error(stop));
        }
    }
}

fn is_done(fate: &RecordOutcome) -> bool {
    !matches!(fate, RecordOutcome::Refused { .. } | RecordOutcome::NotReached)
}

fn stop_error(stop: &Stop) -> SummaryError {
    let hint = match stop {
        Stop::Api(error) => error.hint().to_owned(),
        Stop::Target(_) => "the project changed while it was imported into; run the import again".to_owned(),
        Stop::Lost { .. } => {
            "the server drops or rewrites descriptions, which hold the identity; nothing more was written: please report this".to_owned()
        }
    };
    SummaryError { message: stop.to_string(), hint: Some(hint) }
}

fn failure(record: &TestRecord) -> Option<Failure> {
    matches!(record.outcome, Outcome::Failed | Outcome::Errored).then(|| Failure {
        identity: record.identity,
        folder: record.folder.to_vec(),
        name: record.name.to_string(),
        outcome: record.outcome,
        message: record.details.message.clone(),
        file: record.file.as_deref().map(str::to_owned),
        line: record.line,
    })
}
