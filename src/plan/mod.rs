//! Turns records and a snapshot into a [`ChangePlan`]: pure, so the same input gives the same plan.
//!
//! [`folders`] finds the folder of each path, [`matching`] the row of each record, [`dedup`] the duplicates that can be
//! deleted, [`moved`] which new test replaced which row. [`next_read`] says what a snapshot has to read before.

mod aliases;
pub mod change;
mod change_plan;
mod create_limit;
pub mod dedup;
pub mod fields;
pub mod folders;
pub mod matching;
pub mod moved;
mod options;
pub mod placed;
mod read_request;
pub mod retire;
pub mod stale;
mod step_changes;
mod step_marks;
mod steps;
mod stored_steps;
pub mod undo;

#[cfg(test)]
pub(crate) mod convergence;
#[cfg(test)]
mod tests;

pub use aliases::LostAlias;
pub use change_plan::{ChangePlan, TestPlan};
pub use create_limit::{CreateLimit, CreateLimitExceeded};
pub use moved::is_named;
pub use options::{Adopt, Linking, Others, PlanOptions};
pub use read_request::next_read;
pub use step_changes::{RareChanges, StepChanges, StepDelete, StepUpdate};
pub use step_marks::marked_step;
pub use steps::{step_count, steps_of};
