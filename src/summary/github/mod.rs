//! Results for a job of GitHub Actions, besides the summary: annotations on source lines, and outputs for later steps.
//! These are only texts; the command line writes them.

mod annotations;
mod outputs;

pub use annotations::Annotations;
pub use outputs::{Conclusion, Outputs, outputs_without_summary};
