//! All tests from outside the program, in one binary, because linking takes most of the time.

#![cfg(feature = "sandbox")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by a panic"
)]

mod action;
mod docs;
mod import;
// Releases are packed on Linux.
#[cfg(target_os = "linux")]
mod release;
mod repository;
mod sandbox;
mod support;
