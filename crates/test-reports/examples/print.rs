//! Prints the tests in the reports that are named on the command line:
//!
//! ```sh
//! cargo run -p test-reports --example print -- target/junit.xml
//! ```

#![expect(clippy::print_stdout, reason = "this is what the example does")]

use std::error::Error;
use std::path::Path;

use test_reports::{IdentityOptions, Limits, collect, read_file};

fn main() -> Result<(), Box<dyn Error>> {
    let mut reports = Vec::new();
    for path in std::env::args().skip(1) {
        reports.extend(read_file(Path::new(&path), &path, &Limits::default())?);
    }
    let records = collect(&reports, &IdentityOptions::default());
    for file in &records.files {
        println!("{}: {} test cases, written by {}", file.path, file.tests, file.tool);
    }
    for test in &records.tests {
        println!(
            "{} {:?} {} :: {}",
            test.identity,
            test.outcome,
            test.class.container.join("/"),
            test.name
        );
    }
    for error in &records.run_errors {
        println!("error in {}: {}", error.name, error.message.as_deref().unwrap_or_default());
    }
    Ok(())
}
