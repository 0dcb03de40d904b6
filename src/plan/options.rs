//! What the user decides about planning.

use std::time::Duration;

/// Which tests without identity may be adopted: `--adopt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adopt {
    /// Manual and automated tests.
    #[default]
    Any,
    /// Only tests that are automated or to be automated.
    Automated,
    /// None.
    None,
}

impl Adopt {
    /// Whether a test with these flags may be adopted.
    #[must_use]
    pub fn allows(self, is_automated: bool, to_automate: bool) -> bool {
        match self {
            Self::Any => true,
            Self::Automated => is_automated || to_automate,
            Self::None => false,
        }
    }
}

/// What the user decides about planning.
#[derive(Clone, Debug, Default)]
pub struct PlanOptions {
    /// The namespace, cleaned.
    pub namespace: String,
    /// Which tests may be adopted.
    pub adopt: Adopt,
    /// Whether to create no steps.
    pub no_steps: bool,
    /// A duplicate created later than this after the first row is kept: a quarter of an hour, or the deadline if longer.
    pub window: Duration,
    /// How long lists may lag: the longest wait for rows that exist and are not listed yet.
    pub lag_wait: Duration,
}
