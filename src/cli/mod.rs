//! The command line: arguments, settings, exit codes, output.

pub mod args;
pub mod exit;
pub mod output;
pub mod settings;
