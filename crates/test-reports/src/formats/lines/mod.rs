//! Our own JSON lines: reports carried from one machine to another, nothing lost and nothing interpreted.
//!
//! `inspect --format jsonl` writes them where the tests ran, the CI's artifact store carries them, and one import
//! reads hundreds of them as if the reports themselves lay there. Lines are UTF-8 and each is one JSON object:
//!
//! | line | what it holds |
//! | --- | --- |
//! | first | `schema_version` (1), `tool`, `files`: each report but for its cases, `damaged`: what could not be read |
//! | one a case | `report`: index into `files`; format, tool, names of suites, host and time stamp for people and `jq`; the case |
//! | last | `end` (true), `cases`: how many lines there were |
//!
//! Without its last line a shard is damaged: whoever wrote it was stopped. Several shards one behind the other are
//! read as several. Fields are only ever added, and unknown ones are passed over.

mod reading;
mod wire;
mod writing;

pub(super) use reading::read;
pub use writing::{FILE_SUFFIX, write};

#[cfg(test)]
mod tests;
