//! The `tq-import` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    tq_import::cli::run(std::env::args_os()).into()
}
