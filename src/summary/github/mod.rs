//! What a job of GitHub Actions is told besides the summary: annotations on the lines that failed, and outputs for the
//! steps that follow. Only texts are made here; the command line writes them.

mod annotations;
mod outputs;

pub use annotations::annotations;
pub use outputs::{Conclusion, failure_outputs, inspection_outputs, outputs};
