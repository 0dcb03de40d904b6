//! Readers, tools and records, tested on real and broken reports.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by a panic"
)]

mod corpus;
mod formats;
mod fuzz;
mod records;
mod single;

use std::path::PathBuf;

/// A path below the root of the repository.
fn repository(path: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../..", path].iter().collect()
}
