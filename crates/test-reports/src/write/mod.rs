//! Writes tests in the formats that other programs read: one clean report, whatever the tests were read from.
//!
//! Each test is written once, with its outcome after merging. What identifies it stands in the report, so reading that gives
//! the same identities.

mod ctrf;
mod junit;

pub use ctrf::ctrf;
pub use junit::junit;

use crate::formats::model::Outcome;
use crate::record::{Attempt, TestRecord};

/// The name of this writer in what it writes.
pub(crate) const TOOL: &str = "tq-import";

/// A property of a suite for each part of the container of its tests.
pub(crate) const CONTAINER: &str = "tq-import.container";

/// A property of a suite for each folder that its tests are created in, if they are not those of the container.
pub(crate) const FOLDER: &str = "tq-import.folder";

/// A property of the suite whose cases are failures outside every test.
pub(crate) const RUN_ERRORS: &str = "tq-import.run-errors";

/// The name in full.
fn name(test: &TestRecord) -> &str {
    test.details.full_name.as_ref().unwrap_or(&test.name)
}

/// The executions that failed, without the one that decided.
fn other_failures(test: &TestRecord) -> impl Iterator<Item = &Attempt> {
    let attempts = &test.details.attempts;
    let failed = attempts.iter().filter(|attempt| attempt.outcome >= Outcome::Failed);
    // The last failure of a test that failed is the test's own.
    let count = failed.clone().count();
    failed.take(if test.outcome >= Outcome::Failed { count.saturating_sub(1) } else { count })
}
