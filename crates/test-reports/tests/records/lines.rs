//! JSON lines carry everything that records are made of.

use std::path::{Path, PathBuf};

use test_reports::formats::model::Report;
use test_reports::formats::{lines, read};
use test_reports::record::{IdentityOptions, Records, collect};
use test_reports::text::RepositoryRoot;
use test_reports::tools::detect;

use super::corpus::reports;

fn carried(reports: &[Report]) -> Vec<Report> {
    let named: Vec<(&Report, &str)> =
        reports.iter().map(|report| (report, detect(report).name)).collect();
    let mut written = Vec::new();
    let here = RepositoryRoot::new(&crate::repository(""));
    lines::write(&named, &here, &mut written).unwrap();
    read(&*written, "shard.jsonl").unwrap()
}

/// Everything in the records but which shard carried them.
fn told(mut records: Records) -> String {
    for file in &mut records.files {
        file.shard = None;
    }
    for warning in &mut records.warnings {
        *warning = warning.replace("shard.jsonl:", "");
    }
    format!("{records:#?}")
}

#[test]
fn what_was_carried_in_lines_gives_the_same_records() {
    let all = reports();
    for mapping in [
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
        let directly = told(collect(&all, &mapping));
        let mut carried = carried(&all);
        for report in &mut carried {
            report.written_below = None;
        }
        assert!(told(collect(&carried, &mapping)) == directly);
    }
}

#[test]
fn paths_begin_where_the_lines_were_written() {
    let case = r#"<testsuite name="s" file="/builds/7/shop/spec/cart_spec.rb"><testcase name="adds" classname="spec.cart"/></testsuite>"#;
    let read_there = read(case.as_bytes(), "r.xml").unwrap();
    let there = IdentityOptions {
        root: RepositoryRoot::new(Path::new("/builds/7/shop")),
        ..IdentityOptions::default()
    };
    let mut written = Vec::new();
    lines::write(&[(&read_there[0], "RSpec")], &there.root, &mut written).unwrap();
    let back = read(&*written, "shard.jsonl").unwrap();
    // The job that imports has checked out something else, somewhere else.
    let here = IdentityOptions {
        root: RepositoryRoot::new(&PathBuf::from("/home/me/other")),
        ..IdentityOptions::default()
    };
    let file = |records: Records| records.tests[0].file.clone();
    assert_eq!(file(collect(&back, &here)).as_deref(), Some("spec/cart_spec.rb"));
    assert_eq!(file(collect(&read_there, &here)).as_deref(), Some("cart_spec.rb"));
}
