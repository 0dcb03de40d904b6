//! Builds the summary from the results of the stages.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{
    FileFlaw, ImportedTable, Ledger, Named, OutcomeCounts, Reports, Summary, SummaryError, Work,
};
use crate::apply::{Applied, RecordOutcome, Stop};
use crate::plan::change::{Change, ChangeAction, ChangeKind, ChangedRow, dedup_change};
use crate::plan::dedup::Dedup;
use crate::plan::moved::Findings;
use crate::plan::retire::RetiredTest;
use crate::plan::stale::Stale;
use crate::plan::undo::UndoPlan;
use crate::plan::{ChangePlan, TestPlan};
use crate::snapshot::Target;
use test_reports::formats::model::Flaw;
use test_reports::identity::Identity;
use test_reports::record::{IdentityOptions, Records, TestRecord};
use test_reports::text::count;

impl Summary {
    /// The summary of the reports, before the project is read. An inspection ends here. `groups` says how each group of reports
    /// was read: one without `[[import]]` tables.
    #[must_use]
    pub fn of_reports<'o>(
        mut records: Records,
        groups: impl IntoIterator<Item = &'o IdentityOptions>,
    ) -> Self {
        let groups: Vec<&IdentityOptions> = groups.into_iter().collect();
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
        let first = groups.first().map(|options| options.namespace.clone());
        let is_first = |options: &&IdentityOptions| Some(&options.namespace) == first.as_ref();
        let namespace = first.clone().filter(|_| groups.iter().all(is_first));
        Self {
            schema_version: 1,
            complete: Some(false),
            namespace: namespace.filter(|namespace| !namespace.is_empty()),
            folder: groups.first().map(|options| options.folder.clone()).unwrap_or_default(),
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

    /// Sets the `[[import]]` tables, and counts what the reports of each of them say.
    pub fn set_tables<'o>(&mut self, tables: impl IntoIterator<Item = &'o IdentityOptions>) {
        let is_of = |group: u16, table: usize| usize::from(group) == table;
        let table = |(index, options): (usize, &IdentityOptions)| ImportedTable {
            namespace: Some(options.namespace.clone()).filter(|namespace| !namespace.is_empty()),
            folder: options.folder.clone(),
            files: self.records.files.iter().filter(|file| is_of(file.group, index)).count(),
            counts: OutcomeCounts::of(
                self.records.tests.iter().filter(|test| is_of(test.group, index)),
            ),
        };
        self.imports = tables.into_iter().enumerate().map(table).collect();
    }

    /// Excludes tests from the import. Their outcomes still count: an `ignore` pattern must not hide a failure.
    pub fn ignore(&mut self, is_ignored: impl Fn(&TestRecord) -> bool) {
        // Nothing else holds the records yet, so that this copies none.
        let tests = &mut Arc::make_mut(&mut self.records).tests;
        let ignored: Vec<TestRecord> = tests.extract_if(.., |test| is_ignored(test)).collect();
        self.tests.ignored = ignored.len();
        tests.extend(ignored);
    }

    /// Marks every test of which nothing is known yet as not reached: the import ended.
    pub fn set_not_reached(&mut self) {
        self.complete = Some(false);
        let Ledger { created, adopted, updated, unchanged, left, .. } = self.tests;
        let done = created + adopted + updated + unchanged + left;
        self.tests.refused = self.to_import().len().saturating_sub(done);
    }

    /// Sets project and root plan.
    pub fn set_target(&mut self, target: &Target) {
        self.project =
            Some(Named { id: target.project.id.number(), name: target.project.name.clone() });
        self.root_plan =
            Some(Named { id: target.plan.id.number(), name: target.plan.name.clone() });
    }

    /// Adds the planned changes to `records`, for a dry run.
    pub fn set_plan(&mut self, records: &[TestRecord], plan: &ChangePlan) {
        self.dry_run = true;
        self.complete = None;
        self.changes.extend(plan.changes(records));
        self.suites.created += plan.folders.to_create().count();
        self.suites.matched += plan.folders.matched();
        self.suites.linked += plan.folders.to_link().count();
        self.warnings.extend(plan.warnings.iter().cloned());
        for test in &plan.tests {
            match test {
                TestPlan::Create { steps, .. } => {
                    self.tests.created += 1;
                    self.steps.created += steps;
                }
                TestPlan::Adopt { .. } => self.tests.adopted += 1,
                TestPlan::Relink { .. } => {
                    self.tests.updated += 1;
                    self.tests.relinked += 1;
                }
                TestPlan::Matched { steps, follows, overridden, .. } => {
                    self.steps.created += steps.len() + follows.creates.len();
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

    /// Adds what was found out about moved tests; `lists_left`: also those that are not carried over.
    pub fn add_findings(&mut self, findings: &Findings, lists_left: bool) {
        self.moved.extend(findings.moved.iter().cloned());
        if lists_left {
            self.left.extend(findings.left.iter().cloned());
        }
    }

    /// The summary of a command without reports, such as `undo`.
    #[must_use]
    pub fn of_command(work: Work, namespace: &str) -> Self {
        Self {
            schema_version: 1,
            complete: Some(false),
            namespace: Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty()),
            work,
            ..Self::default()
        }
    }

    /// Sets what was undone, or on a dry run would be.
    pub fn set_undone(&mut self, done: &UndoPlan) {
        let change =
            |action, kind, path: &[String], name: &str, identity, reason: &str, id: u64| Change {
                action,
                kind,
                path: path.to_vec(),
                name: name.to_owned(),
                identity: Some(identity),
                reason: reason.to_owned().into(),
                row: ChangedRow::of(id),
            };
        use ChangeAction::{Delete, Relink, Unlink};
        self.changes.extend(done.tests.iter().map(|test| {
            let reason = "the import created it, and nobody changed it";
            let (path, id) = (&test.path, test.id.number());
            change(Delete, ChangeKind::Test, path, &test.name, test.identity, reason, id)
        }));
        self.changes.extend(done.links.iter().map(|link| {
            let (action, reason) = match link.former {
                Some(_) => (Relink, "the import carried it over; it has its former identity again"),
                None => (Unlink, "the import linked it"),
            };
            let (path, id) = (&link.path, link.id.number());
            change(action, ChangeKind::Test, path, &link.name, link.identity, reason, id)
        }));
        self.changes.extend(done.folder_links.iter().flat_map(|link| {
            let reason = "the import gave it its identity, and no imported test is in it";
            let name = link.path.last().map_or("", String::as_str);
            link.identities.iter().map(move |identity| {
                let (kind, id) = (ChangeKind::Folder, link.id.number());
                change(Unlink, kind, &link.path, name, *identity, reason, id)
            })
        }));
        self.changes.extend(done.folders.iter().map(|folder| {
            let reason = "the import created it, and it is empty";
            let name = folder.path.last().map_or("", String::as_str);
            let (path, id) = (&folder.path, folder.id.number());
            change(Delete, ChangeKind::Folder, path, name, folder.identity, reason, id)
        }));
        self.left.clone_from(&done.left);
    }

    /// Adds tests that were retired, or on a dry run would be.
    pub fn add_retired(&mut self, tests: &[RetiredTest]) {
        self.changes.extend(tests.iter().map(|test| Change {
            action: ChangeAction::Retire,
            kind: ChangeKind::Test,
            path: test.path.clone(),
            name: test.name.clone(),
            identity: Some(test.identity),
            reason: match test.unmarks {
                true => "it is in no report; it is no longer marked as automated".into(),
                false => "it is in no report".into(),
            },
            row: ChangedRow::of(test.id.number()),
        }));
    }

    /// Adds folders that were created or removed by `retire`.
    pub fn add_folders(&mut self, action: ChangeAction, paths: &[Vec<String>], reason: &str) {
        self.changes.extend(paths.iter().map(|path| Change {
            action,
            kind: ChangeKind::Folder,
            path: path.clone(),
            name: path.last().cloned().unwrap_or_default(),
            identity: None,
            reason: reason.to_owned().into(),
            row: ChangedRow::default(),
        }));
    }

    /// Counts the records that `relink` does not change: those that have a row, and those that an import would create.
    pub fn set_relinked(&mut self, plan: &ChangePlan) {
        self.work = Work::Relink;
        for test in &plan.tests {
            match test {
                TestPlan::Matched { .. } => self.tests.unchanged += 1,
                TestPlan::Create { .. } | TestPlan::Adopt { .. } => self.tests.left += 1,
                TestPlan::Relink { .. } => {}
            }
        }
    }

    /// Adds duplicates that were deleted before the import.
    pub fn add_healed(&mut self, deduplicated: &[Dedup], warnings: Vec<String>) {
        self.changes.extend(deduplicated.iter().map(dedup_change));
        self.warnings.extend(warnings);
    }

    /// Adds what the import of `records` did. It stays complete only if all of them are verified.
    pub fn set_applied(&mut self, records: &[TestRecord], plan: &ChangePlan, applied: &Applied) {
        let Applied {
            outcomes: fates,
            folders_created,
            folders_linked,
            steps_created,
            located: _,
            tests_written,
            folder_rows,
            verified,
            stop,
            deduplicated,
            warnings,
            errors,
        } = applied;
        if !(*verified && stop.is_none() && fates.iter().all(is_done)) {
            self.complete = Some(false);
        }
        self.suites.created += folders_created.len();
        self.suites.matched += plan.folders.matched();
        self.suites.linked += folders_linked.len();
        self.steps.created += *steps_created;
        self.warnings.extend(plan.warnings.iter().chain(warnings).cloned());
        let mut done: HashSet<Identity> = HashSet::new();
        let mut not_reached = 0;
        for ((record, test), fate) in records.iter().zip(&plan.tests).zip(fates) {
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
                RecordOutcome::Relinked => {
                    self.tests.updated += 1;
                    self.tests.relinked += 1;
                }
                RecordOutcome::Refused { reason } => {
                    self.tests.refused += 1;
                    let folder = record.class.folder.join("/");
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
        let mut changes = plan.changes(records).split_off(plan.dedup.len());
        changes.retain(|change| {
            let is_done = |identity: Identity| match (change.kind, change.action) {
                (ChangeKind::Folder, ChangeAction::Adopt) => folders_linked.contains_key(&identity),
                (ChangeKind::Folder, _) => folders_created.contains(&identity),
                _ => done.contains(&identity),
            };
            change.identity.is_some_and(is_done)
        });
        let rows: HashMap<Identity, &ChangedRow> = tests_written
            .iter()
            .filter_map(|(record, row)| Some((records.get(*record)?.identity, row)))
            .collect();
        for change in &mut changes {
            let identity = change.identity;
            let written = matches!(
                change.action,
                ChangeAction::Create | ChangeAction::Adopt | ChangeAction::Relink
            );
            let linked = identity.and_then(|identity| folders_linked.get(&identity));
            if change.kind == ChangeKind::Folder
                && change.action == ChangeAction::Adopt
                && let Some(row) = linked
            {
                change.row = row.clone();
            } else if change.kind == ChangeKind::Folder {
                let row = identity.and_then(|identity| folder_rows.get(&identity));
                change.row.id = row.map(|id| id.number());
            } else if let Some(row) = identity.and_then(|identity| rows.get(&identity))
                && written
                && change.kind == ChangeKind::Test
            {
                change.row = (*row).clone();
            }
        }
        if self.changes.is_empty() {
            self.changes = changes;
        } else {
            self.changes.append(&mut changes);
        }
        self.changes.extend(deduplicated.iter().map(dedup_change));
        match not_reached {
            0 => {}
            1 => self.add_error("1 test was not reached".to_owned(), None),
            tests => self.add_error(format!("{} were not reached", count(tests, "test")), None),
        }
        for error in errors {
            self.add_error(error.clone(), None);
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
                "the tests were imported; solve the problem that the server reports, then run the import again"
            }
            Stop::Lost { .. } => {
                "the server dropped or changed texts that tq-import relies on, so the import stopped; please report this"
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
