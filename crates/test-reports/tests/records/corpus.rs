//! What must hold of the records of every real report.

use std::collections::{BTreeMap, BTreeSet};

use test_reports::formats::model::{Case, Format, Report, Suite};
use test_reports::record::{IdentityOptions, collect};
use test_reports::tools::{CaseMapper, MappedCase, detect};
use unicode_normalization::UnicodeNormalization as _;

use super::xml_below;
use crate::single::read_file;

/// The reports below `testdata`, and those of the corpus where it is required.
pub(super) fn reports() -> Vec<Report> {
    let directories = [Some(crate::repository("testdata")), crate::corpus::required_corpus()];
    let files = directories.iter().flatten().flat_map(|directory| xml_below(directory));
    let reports: Vec<Report> =
        files.filter_map(|path| read_file(&path, &path.to_string_lossy()).ok()).collect();
    assert!(reports.len() > 70, "{}", reports.len());
    reports
}

#[test]
fn every_case_of_every_report_is_accounted_for() {
    let options = IdentityOptions::default();
    for report in reports() {
        let path = report.path.clone();
        let cases = report.cases.len();
        let records = collect(std::slice::from_ref(&report), &options);
        assert_eq!(records.seen, cases, "{path}");
        assert_eq!(records.seen, records.tests.len() + records.merged + records.excluded, "{path}");
        assert!(records.tests.iter().all(|test| !test.name.is_empty()), "{path}");
        assert!(
            records
                .tests
                .iter()
                .flat_map(|test| test.class.folder.iter())
                .all(|folder| !folder.is_empty()),
            "{path}"
        );
    }
}

/// Different cases are one test only for the reasons in docs/reports.md. To see the list:
/// `cargo test -p test-reports -- --nocapture different_cases`.
#[test]
fn different_cases_are_one_test_only_for_known_reasons() {
    let options = IdentityOptions::default();
    let mut wrong = Vec::new();
    for report in reports() {
        let mapper = CaseMapper::new(&report, &options);
        let mut together: BTreeMap<Test, Vec<(&Case, bool)>> = BTreeMap::new();
        mapper.for_each(|_, case, mapped| {
            let MappedCase::Test(test) = mapped else { return };
            let key = (test.container.to_vec(), test.name.into_owned());
            together.entry(key).or_default().push((case, test.is_subtest));
        });
        for ((container, name), cases) in together {
            let written: BTreeSet<_> =
                cases.iter().map(|(case, _)| written(&report, case)).collect();
            if written.len() == 1 {
                continue;
            }
            // A subtest is a part of its test, whatever its name.
            let whole = cases.iter().filter(|(_, is_subtest)| !is_subtest).map(|(case, _)| *case);
            let spelled: BTreeSet<_> = whole.map(|case| spelled(&report, case)).collect();
            let because = match spelled.len() {
                0 | 1 => "spelling, configurations or subtests",
                _ => "UNKNOWN REASON",
            };
            let mut lines = vec![format!("{} ({}): {because}", report.path, mapper.tool().name)];
            lines.push(format!("  {container:?} :: {name}"));
            lines.extend(written.iter().map(|case| format!("    {case}")));
            println!("{}", lines.join("\n"));
            if spelled.len() > 1 {
                wrong.push(lines.join("\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Container and name.
type Test = (Vec<String>, String);

/// A case as written in its report.
fn written(report: &Report, case: &Case) -> String {
    let suites = report.suite_chain(case.suite);
    let suites: Vec<&str> = suites.iter().map(|suite| &*suite.name).collect();
    format!("{suites:?} {:?} {:?}", case.classname.as_deref(), case.name.as_deref())
}

/// A case without differences in spelling (white space, composed characters, the number of a TAP line) and without the
/// suites that represent a configuration (TestNG's `<suite>` and `<test>`, hosts, browsers) or that the tool's other format
/// leaves out (doctest).
fn spelled(report: &Report, case: &Case) -> String {
    let is_configuration = |suite: &&Suite| {
        matches!(report.format, Format::Testng | Format::Doctest)
            || suite.attribute("hostname").is_some()
    };
    let suites = report.suite_chain(case.suite);
    let suites = suites.iter().filter(|suite| !is_configuration(suite)).map(|suite| &*suite.name);
    let tool = detect(report).name;
    // Hosts of Ansible are configurations too.
    let without_host = |name: &'_ str| match name.find("] ") {
        Some(at) if tool == "Ansible" => at + 2,
        _ => 0,
    };
    let name = case.name.as_deref().map(|name| &name[without_host(name)..]);
    let name = name.map(|name| match name.split_once(" - ") {
        Some((number, title))
            if ["perl TAP", "tape"].contains(&tool)
                && number.trim_start_matches('#').bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            title
        }
        _ => name,
    });
    let parts = suites.chain(case.classname.as_deref()).chain(name);
    let parts: Vec<String> = parts
        .map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect())
        .collect();
    format!("{parts:?}")
}

/// Lists the tool and tests of each report.
#[test]
#[ignore = "a list for people"]
fn tests_of_each_report() {
    let options = IdentityOptions::default();
    for report in reports() {
        let path = report.path.clone();
        let records = collect(std::slice::from_ref(&report), &options);
        println!("== {path}: {}", records.files[0].tool);
        for test in records.tests.iter().take(12) {
            println!(
                "  {} | {:?} :: {} | {:?}{}",
                test.class.folder.join(" / "),
                test.class.container,
                test.name,
                test.outcome,
                if test.flaky { " (flaky)" } else { "" },
            );
        }
        records.run_errors.iter().for_each(|error| println!("  ! {error:?}"));
        records.warnings.iter().for_each(|warning| println!("  ? {warning}"));
    }
}
