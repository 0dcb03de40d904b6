//! Reads the reports that test runners write: JUnit-style XML in every dialect met so far, xUnit.net, NUnit, TRX,
//! TestNG and the text of `cargo test`.

pub mod archive;
pub mod formats;
pub mod identity;
mod markers;
pub mod options;
pub mod paths;
pub mod record;
pub mod text;
pub mod tools;
pub mod tracked;
