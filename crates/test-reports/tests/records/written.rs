//! Reports that this crate writes say of every test what the reports said that it was read from.

use test_reports::formats::model::{Outcome, Report};
use test_reports::record::{IdentityOptions, Records, TestRecord, collect};
use test_reports::write;

use super::corpus::reports;
use super::report;

/// What identifies and describes every test, and the failures outside of tests.
fn facts(records: &Records) -> Vec<String> {
    let fact = |test: &TestRecord| {
        format!(
            "{} {:?} {} {:?} {:?} {} {:?} {:?} {:?} {:?} {:?}",
            test.identity,
            test.class.container,
            test.name,
            test.class.folder,
            test.outcome,
            test.flaky,
            test.details.attachments,
            test.details.defects,
            test.details.steps,
            test.details.pinned,
            test.details.message.as_deref().map(|message| message.replace(char::is_whitespace, "")),
        )
    };
    let tests = records.tests.iter().map(fact);
    let errors =
        records.run_errors.iter().map(|error| format!("{} {:?}", error.name, error.message));
    let mut facts: Vec<String> = tests.chain(errors).collect();
    facts.sort();
    facts
}

fn junit(records: &Records) -> String {
    let tests: Vec<&TestRecord> = records.tests.iter().collect();
    write::junit(&tests, &records.run_errors).unwrap()
}

fn ctrf(records: &Records) -> String {
    let tests: Vec<&TestRecord> = records.tests.iter().collect();
    write::ctrf(&tests, &records.run_errors, "1.0.0", 1_800_000_000_000).unwrap()
}

fn assert_same(expected: &Records, written: &str, path: &str) {
    let read = report(path, written);
    assert_eq!((&read.damage, &read.recovered[..]), (&None, &[][..]), "{written}");
    let options = IdentityOptions::default();
    let back = collect(std::slice::from_ref(&read), &options);
    let (expected, found) = (facts(expected), facts(&back));
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len());
}

fn each_alone_and_all_together() -> Vec<Records> {
    let all = reports();
    let options = IdentityOptions::default();
    let alone = all.iter().map(|report| collect(std::slice::from_ref(report), &options));
    alone.chain([collect(&all, &options)]).collect()
}

#[test]
fn junit_is_read_back_as_the_same_tests() {
    for records in each_alone_and_all_together() {
        let written = junit(&records);
        assert_same(&records, &written, "all.xml");
    }
}

#[test]
fn ctrf_is_read_back_with_the_same_identities() {
    for records in each_alone_and_all_together() {
        let options = IdentityOptions::default();
        let read: Report = report("all.json", &ctrf(&records));
        assert_eq!(read.damage, None);
        let back = collect(std::slice::from_ref(&read), &options);
        let facts = |records: &Records| {
            let outcome = |test: &TestRecord| test.outcome.min(Outcome::Failed);
            let mut facts: Vec<String> = records
                .tests
                .iter()
                .map(|test| format!("{} {} {:?}", test.identity, test.name, outcome(test)))
                .collect();
            facts.sort();
            (facts, records.run_errors.len())
        };
        assert_eq!(facts(&back), facts(&records));
    }
}

#[test]
fn properties_and_names_with_any_characters_are_read_back() {
    let source = "<testsuite name=\"s\"><testcase name=\"a&#10;b\" classname=\"c&#9;d\" file=\"a.c\" time=\"1234567.8901\">\
        <properties><property name=\"step1\" value=\"press [[x]] and [y]\"/><property name=\"step2\">one\ntwo</property>\
        <property name=\"owner\" value=\"a]\"/><property name=\"attachment\" value=\"out/[1].png\"/>\
        <property name=\"defect\" value=\"SHOP-1 &amp; &lt;2&gt;\"/><property name=\"testquality_test\" value=\"TC-51\"/>\
        </properties></testcase></testsuite>";
    let records = super::records(&[source], &IdentityOptions::default());
    let written = junit(&records);
    assert_same(&records, &written, "all.xml");
    let back = super::records(&[&written], &IdentityOptions::default());
    let properties = |records: &Records| {
        let test = &records.tests[0];
        (format!("{:?}", test.details.properties), test.class.file.clone(), test.details.pinned)
    };
    assert_eq!(properties(&back), properties(&records));
    assert!(
        records.tests[0].details.pinned.is_some() && !records.tests[0].details.steps.is_empty()
    );
}

#[test]
fn a_name_of_any_length_is_written_in_full() {
    let name = "adds ".repeat(100);
    let long =
        format!(r#"<testsuite name="s"><testcase name="{name}" classname="c"/></testsuite>"#);
    let records = super::records(&[&long], &IdentityOptions::default());
    assert!(records.tests[0].name.chars().count() < 256);
    assert_same(&records, &junit(&records), "all.xml");
}
