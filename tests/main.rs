//! Everything that is tested from outside the program, in one binary: linking is what takes the time.

#![cfg(feature = "sandbox")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests end with a panic when something is off"
)]

mod action;
mod docs;
mod import;
mod repository;
mod sandbox;
mod support;
