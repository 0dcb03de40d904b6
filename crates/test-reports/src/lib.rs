#![doc = include_str!("../README.md")]

pub mod archive;
pub mod formats;
pub mod identity;
mod markers;
pub mod options;
pub mod paths;
pub mod record;
pub mod text;
mod threads;
pub mod tools;
pub mod tracked;
pub mod write;

pub use formats::model::{Case, Format, Outcome, Report};
pub use formats::{Limits, ReadError, read, read_file};
pub use identity::Identity;
pub use options::IdentityOptions;
pub use record::{Records, TestRecord, collect};
