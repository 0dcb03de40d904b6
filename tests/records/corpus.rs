//! The corpus of real reports, where it is at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tq_import::formats::model::Report;
use tq_import::producers::{Mapped, Mapper};
use tq_import::record::{Mapping, collect};

use super::xml_below;
use crate::single::read_file;

pub(super) fn reports() -> Vec<Report> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let files: Vec<PathBuf> =
        [beside, own].iter().flat_map(|directory| xml_below(directory)).collect();
    files.iter().filter_map(|path| read_file(path, &path.to_string_lossy()).ok()).collect()
}

#[test]
fn every_case_of_every_report_is_accounted_for() {
    let mapping = Mapping::default();
    for report in reports() {
        let path = report.path.clone();
        let cases = report.cases.len();
        let records = collect(std::slice::from_ref(&report), &mapping);
        assert_eq!(records.seen, cases, "{path}");
        assert_eq!(records.seen, records.tests.len() + records.merged + records.excluded, "{path}");
        assert!(records.tests.iter().all(|test| !test.name.is_empty()), "{path}");
        assert!(
            records.tests.iter().flat_map(|test| &test.folder).all(|folder| !folder.is_empty()),
            "{path}"
        );
    }
}

/// Lists what stands behind each identity that several different cases share:
/// `cargo test --test main -- --ignored --nocapture different_cases`.
#[test]
#[ignore = "a list for people"]
fn different_cases_that_are_one_test() {
    let mapping = Mapping::default();
    for report in reports() {
        let mapper = Mapper::new(&report, &mapping);
        let mut written: BTreeMap<(Vec<String>, String), BTreeSet<String>> = BTreeMap::new();
        mapper.for_each(|_, case, mapped| {
            let Mapped::Test(placed) = mapped else { return };
            let suites = report.suite_chain(case.suite);
            let suites: Vec<&str> = suites.iter().map(|suite| &*suite.name).collect();
            written.entry((placed.container, placed.name)).or_default().insert(format!(
                "{suites:?} {:?} {:?}",
                case.classname.as_deref(),
                case.name.as_deref()
            ));
        });
        for ((container, name), written) in written {
            if written.len() > 1 {
                println!("{} ({})", report.path, mapper.producer().name);
                println!("  {container:?} :: {name}");
                written.iter().for_each(|case| println!("    {case}"));
            }
        }
    }
}

/// Lists producer and tests of each report.
#[test]
#[ignore = "a list for people"]
fn what_each_report_becomes() {
    let mapping = Mapping::default();
    for report in reports() {
        let path = report.path.clone();
        let records = collect(std::slice::from_ref(&report), &mapping);
        println!("== {path}: {}", records.files[0].producer);
        for test in records.tests.iter().take(12) {
            println!(
                "  {} | {:?} :: {} | {:?}{}",
                test.folder.join(" / "),
                test.container,
                test.name,
                test.outcome,
                if test.flaky { " (flaky)" } else { "" },
            );
        }
        records.run_errors.iter().for_each(|error| println!("  ! {error:?}"));
        records.warnings.iter().for_each(|warning| println!("  ? {warning}"));
    }
}
