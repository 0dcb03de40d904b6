//! Whole imports: the binary, HTTP, the sandbox's database.

mod archives;
mod comfort;
mod dedup;
mod exit_codes;
mod faults;
mod first;
mod github;
mod inputs;
mod network;
mod people;
mod process;
mod proxy;
mod requests;
mod results;
mod results_faults;
mod retries;
mod run;
mod servers;
mod settings;
mod shards;
mod stale;
mod together;
