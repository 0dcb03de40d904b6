//! JSON lines: reports as read, without loss, to be transferred from one machine to another.
//!
//! Jobs that run tests write them, and one job reads all of them, as if the reports were there. A file of JSON lines is
//! called a *shard*. Lines are UTF-8, and each is one JSON object:
//!
//! | line | content |
//! | --- | --- |
//! | first | `schema_version` (1), `tool`, `files`: each report without its cases, `damaged`: the damaged reports |
//! | one per case | `report`: index into `files`; format, tool, names of suites, host and time stamp for people and `jq`; the case |
//! | last | `end` (true), `cases`: the number of cases |
//!
//! A shard without its last line is damaged, because its writer was stopped. Concatenated shards are read one after the
//! other. Fields are only ever added, and unknown fields are ignored.

mod reading;
mod wire;
mod writing;

pub(super) use reading::read;
pub use wire::Program;
pub use writing::{FILE_SUFFIX, write};

#[cfg(test)]
mod tests;
