//! Everything that is tested from outside the library, in one binary: linking is what takes the time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests end with a panic when something is off"
)]

#[cfg(feature = "sandbox")]
mod action;
#[cfg(feature = "sandbox")]
mod docs;
mod formats;
mod fuzz;
#[cfg(feature = "sandbox")]
mod import;
mod records;
#[cfg(feature = "sandbox")]
mod sandbox;
mod single;
#[cfg(feature = "sandbox")]
mod support;
