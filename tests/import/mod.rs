//! Whole imports: the binary, HTTP, the sandbox's database.

mod archives;
mod between;
mod comfort;
mod dedup;
mod exit_codes;
mod faults;
mod fields;
mod filters;
mod first;
mod github;
mod inputs;
mod lag;
mod network;
mod people;
mod poison;
mod process;
mod proxy;
mod requests;
mod retries;
mod run;
mod servers;
mod settings;
mod shards;
mod stale;
mod together;
