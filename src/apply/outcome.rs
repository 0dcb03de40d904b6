//! The outcome of an import.

use std::collections::{HashMap, HashSet};

use crate::api::error::ApiError;
use crate::api::ids::{SuiteId, TestId};
use crate::plan::change::ChangedRow;
use crate::plan::dedup::Dedup;
use crate::snapshot::TargetError;
use test_reports::identity::Identity;

/// The outcome of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordOutcome {
    /// It existed already, and nothing had to be written.
    Unchanged,
    /// It was created.
    Created,
    /// A person's test was adopted.
    Adopted,
    /// The row of a test that is no longer reported was carried over to it.
    Relinked,
    /// It was placed again, or got its steps, or lost an alias.
    Updated,
    /// The import ended before its turn.
    NotReached,
    /// The server refused it, or it was not found after writing.
    Refused {
        /// Why.
        reason: String,
    },
}

/// Why an import cannot continue.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Not authorised, unreachable, the deadline.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// The project no longer has a root folder.
    #[error(transparent)]
    Target(Box<TargetError>),
    /// A created row lost what identifies it.
    #[error(
        "{kind} {name:?} was created, but not found {lacking} afterwards: continuing would create it again with every import"
    )]
    Lost {
        /// Folder, test or step.
        kind: &'static str,
        /// The first such row.
        name: String,
        /// What is missing.
        lacking: &'static str,
    },
    /// The server refused a row that everything else depends on.
    #[error("{kind} {name:?} was refused: {reason}")]
    Refused {
        /// Cycle or run.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The server's answer.
        reason: String,
    },
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl From<TargetError> for Stop {
    fn from(error: TargetError) -> Self {
        match error {
            TargetError::Api(error) => Self::Api(error),
            other => Self::Target(Box::new(other)),
        }
    }
}

/// What an import did.
#[derive(Debug, Default)]
pub struct Applied {
    /// One for each record. Without verification, what the server acknowledged.
    pub outcomes: Vec<RecordOutcome>,
    /// The folders that were created.
    pub folders_created: HashSet<Identity>,
    /// People's folders that got their identity, as this import left them.
    pub folders_linked: HashMap<Identity, ChangedRow>,
    /// By record: the test that was created or linked, as this import left it.
    pub tests_written: HashMap<usize, ChangedRow>,
    /// The rows of the folders that were created.
    pub folder_rows: HashMap<Identity, SuiteId>,
    /// The number of steps that were created.
    pub steps_created: usize,
    /// One for each record: the test and its folder, as they were read in the end; empty without verification.
    pub located: Vec<Option<(TestId, SuiteId)>>,
    /// Whether every record that was not refused was read back as it should be.
    pub verified: bool,
    /// Why the import ended early.
    pub stop: Option<Stop>,
    /// The duplicates that were deleted at the verification.
    pub deduplicated: Vec<Dedup>,
    /// Warnings for the user.
    pub warnings: Vec<String>,
    /// What went wrong with folders: then the import is not complete.
    pub errors: Vec<String>,
}
