//! tq-import makes every automated test of a CI run exist exactly once in a TestQuality project.
//!
//! Data flows one way: [`discover`] finds report files, [`reading`] reads them with the crate `test_reports`,
//! [`snapshot`] reads what the project holds, [`plan`] compares the two, [`apply`] writes and verifies,
//! [`results`] records what happened to the tests, and [`summary`] says what became of it. [`cli`] is the command line around them.

pub mod api;
pub mod apply;
pub mod binaries;
pub mod cli;
pub mod description;
pub mod discover;
pub mod plan;
pub mod progress;
pub mod reading;
pub mod results;
pub mod snapshot;
pub mod summary;
