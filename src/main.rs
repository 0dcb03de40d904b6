//! The `tq-import` binary.

use std::process::ExitCode;

/// Reports become hundreds of thousands of small values, for which the system's allocator takes 1.5 times as long: see
/// docs/speed.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tq_import::cli::run(std::env::args_os()).into()
}
