//! tq-import reads the JUnit/xUnit-style XML that test runners write and makes every automated test
//! in it exist exactly once in a TestQuality project.
//!
//! The data runs one way: [`discover`] finds report files; [`formats`] reads each into a
//! [`formats::model::Report`], the file as written; [`producers`] knows which tool wrote it and what
//! that means for a test's container, name and folder; [`record`] merges all cases into one
//! [`record::TestRecord`] for each test, with its [`identity`].

pub mod api;
pub mod apply;
pub mod binaries;
pub mod cli;
pub mod discover;
pub mod formats;
pub mod identity;
pub mod mapping;
pub mod plan;
pub mod producers;
pub mod progress;
pub mod reading;
pub mod record;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod snapshot;
pub mod summary;
pub mod text;
