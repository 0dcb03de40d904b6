//! The statuses that outcomes are recorded with, found by their names.

use std::collections::BTreeMap;

use super::history::AttemptOutcome;
use crate::api::ids::{ProjectId, StatusId};
use crate::api::wire::{ProjectStatus, Status};
use test_reports::text;

/// The outcomes by their names in options, and the default names of their statuses, the first that exists.
pub const OUTCOMES: [(&str, AttemptOutcome, &[&str]); 5] = [
    ("passed", AttemptOutcome::Passed, &["Pass"]),
    ("flaky", AttemptOutcome::Flaky, &["Pass"]),
    ("failed", AttemptOutcome::Failed, &["Fail"]),
    ("errored", AttemptOutcome::Errored, &["Fail"]),
    ("skipped", AttemptOutcome::Skipped, &["Skip", "Block"]),
];

/// Names of statuses that replace the defaults: outcome → name.
pub type StatusNames = BTreeMap<String, String>;

/// The statuses of a project.
#[derive(Clone, Debug)]
pub struct Statuses {
    by_outcome: [StatusId; 5],
    /// Pending, if there is one with this name.
    pub(super) pending: Option<StatusId>,
    /// Statuses that ask for a result: Pending and Retest.
    open: Vec<StatusId>,
    names: BTreeMap<StatusId, String>,
}

impl Statuses {
    /// The statuses that `project` may use for every outcome.
    ///
    /// # Errors
    /// The outcome and the names that were looked for, if there is none.
    pub fn find(
        rows: &[Status],
        restrictions: &[ProjectStatus],
        project: ProjectId,
        names: &StatusNames,
    ) -> Result<Self, MissingStatus> {
        let is_usable = |status: &&Status| {
            status.all_projects != Some(false)
                || restrictions
                    .iter()
                    .any(|row| row.project_id == project && row.status_id == status.id)
        };
        let usable: Vec<&Status> = rows.iter().filter(is_usable).collect();
        let by_name = |name: &str| {
            let name = text::fold(name);
            usable.iter().find(|status| text::fold(&status.name) == name).map(|status| status.id)
        };
        let mut by_outcome = [StatusId::new(0); 5];
        for (outcome, kind, defaults) in OUTCOMES {
            let wanted: Vec<&str> = match names.get(outcome) {
                Some(name) => vec![name],
                None => defaults.to_vec(),
            };
            let found = wanted.iter().find_map(|name| by_name(name));
            by_outcome[kind as usize] = found.ok_or_else(|| MissingStatus {
                outcome,
                wanted: wanted.join(" or "),
                known: usable.iter().map(|status| status.name.clone()).collect(),
            })?;
        }
        let pending = by_name("Pending");
        let open = pending.into_iter().chain(by_name("Retest"));
        Ok(Self {
            by_outcome,
            pending,
            open: open.filter(|status| !by_outcome.contains(status)).collect(),
            names: rows.iter().map(|status| (status.id, status.name.clone())).collect(),
        })
    }

    /// The status for an outcome.
    #[must_use]
    pub fn of(&self, outcome: AttemptOutcome) -> StatusId {
        self.by_outcome[outcome as usize]
    }

    /// The statuses that we write.
    pub(super) fn written(&self) -> &[StatusId] {
        &self.by_outcome
    }

    /// Whether a result with this status waits for an execution.
    pub(super) fn is_open(&self, status: Option<StatusId>) -> bool {
        status.is_none_or(|status| self.open.contains(&status))
    }

    /// The name of a status; its id if it is unknown.
    #[must_use]
    pub fn name(&self, status: StatusId) -> String {
        self.names.get(&status).cloned().unwrap_or_else(|| status.to_string())
    }
}

/// No status of the project has the name for an outcome.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no status {wanted} for {outcome} tests; the project has {}", .known.join(", "))]
pub struct MissingStatus {
    /// Such as `skipped`.
    pub outcome: &'static str,
    /// The names that were looked for.
    pub wanted: String,
    /// The names of the usable statuses.
    pub known: Vec<String>,
}
