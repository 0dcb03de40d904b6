//! A measurement of mapping and merging, apart from reading.

use std::time::Instant;

use test_reports::record::{IdentityOptions, collect};

use crate::single::read_file;

/// `REPORT=big.xml cargo test --release -p test-reports -- --ignored --nocapture time_of_a_report`.
#[test]
#[ignore = "a measurement for people"]
fn time_of_a_report() {
    let Some(path) = std::env::var_os("REPORT") else {
        return;
    };
    let path = std::path::Path::new(&path);
    for _ in 0..5 {
        let start = Instant::now();
        let report = read_file(path, "report.xml").unwrap();
        let read = start.elapsed();
        let start = Instant::now();
        let records = collect(&[report], &IdentityOptions::default());
        println!("{} tests: read {read:?}, collect {:?}", records.tests.len(), start.elapsed());
    }
}
