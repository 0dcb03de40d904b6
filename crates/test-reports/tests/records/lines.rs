//! JSON lines contain everything that records are made of.

use std::path::{Path, PathBuf};

use test_reports::formats::model::Report;
use test_reports::formats::{lines, read};
use test_reports::record::{IdentityOptions, Records, collect};
use test_reports::text::RepositoryRoot;
use test_reports::tools::detect;

use super::corpus::reports;

const PROGRAM: lines::Program<'_> = lines::Program { name: "tests", version: "1" };

fn round_trip(reports: &[Report]) -> Vec<Report> {
    let named: Vec<(&Report, &str)> =
        reports.iter().map(|report| (report, detect(report).name)).collect();
    let mut written = Vec::new();
    let here = RepositoryRoot::new(&crate::repository(""));
    lines::write(&named, &here, PROGRAM, &mut written).unwrap();
    read(&*written, "shard.jsonl").unwrap()
}

/// The records without the name of the shard.
fn without_shard(mut records: Records) -> String {
    for file in &mut records.files {
        file.shard = None;
    }
    for warning in &mut records.warnings {
        *warning = warning.replace("shard.jsonl:", "");
    }
    format!("{records:#?}")
}

#[test]
fn json_lines_yield_the_same_records() {
    let all = reports();
    for options in [
        IdentityOptions {
            root: RepositoryRoot::new(Path::new("/srv/demo/pytest")),
            ..IdentityOptions::default()
        },
        IdentityOptions {
            merge_parameters: true,
            by_configuration: true,
            reruns: true,
            ..IdentityOptions::default()
        },
    ] {
        let directly = without_shard(collect(&all, &options));
        let mut read = round_trip(&all);
        for report in &mut read {
            report.written_below = None;
        }
        assert!(without_shard(collect(&read, &options)) == directly);
    }
}

#[test]
fn paths_are_relative_to_the_root_on_the_machine_that_wrote_the_lines() {
    let case = r#"<testsuite name="s" file="/builds/7/shop/spec/cart_spec.rb"><testcase name="adds" classname="spec.cart"/></testsuite>"#;
    let written_there = read(case.as_bytes(), "r.xml").unwrap();
    let there = IdentityOptions {
        root: RepositoryRoot::new(Path::new("/builds/7/shop")),
        ..IdentityOptions::default()
    };
    let mut written = Vec::new();
    lines::write(&[(&written_there[0], "RSpec")], &there.root, PROGRAM, &mut written).unwrap();
    let back = read(&*written, "shard.jsonl").unwrap();
    // The job that imports has another checkout in another directory.
    let here = IdentityOptions {
        root: RepositoryRoot::new(&PathBuf::from("/home/me/other")),
        ..IdentityOptions::default()
    };
    let file = |records: Records| records.tests[0].class.file.clone();
    assert_eq!(file(collect(&back, &here)).as_deref(), Some("spec/cart_spec.rb"));
    assert_eq!(file(collect(&written_there, &here)).as_deref(), Some("cart_spec.rb"));
}
