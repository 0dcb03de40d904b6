//! What holds for every input.

use proptest::prelude::*;
use test_reports::formats::model::Report;

use crate::single::read;

const WHOLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE testsuites [<!ENTITY e "x">]>
<testsuites name="all"><properties><property name="p" value="v"/></properties>
  <testsuite name="s &amp; t" hostname="h"><error message="set-up">boom</error>
    <testcase name="a" classname="A" time="1,2"/>
    <testcase name="b"><failure message="m" type="T"><![CDATA[trace ]] > ]]></failure><system-out>[[TEST|TC-1]] &lt;</system-out></testcase>
    <testcase name="c"><testcase name="d"><skipped/></testcase><testcase name="é"/></testcase>
    <testcase name="f"><flakyError time="1"><stackTrace>at x</stackTrace></flakyError><!-- <testsuite> --></testcase>
  </testsuite>
</testsuites>
<testsuite><testcase name="g" status="notrun"/></testsuite>
"#;

/// Names and positions, which distinguish cases.
fn cases(report: &Report) -> Vec<(String, u32, u32)> {
    report
        .cases
        .iter()
        .map(|case| {
            let name = case.name.as_deref().unwrap_or_default().to_owned();
            (name, case.position.line, case.position.column)
        })
        .collect()
}

/// Indices stay within bounds and point backwards.
fn check_indices(report: &Report) {
    for (index, case) in report.cases.iter().enumerate() {
        assert!(case.parent_case.is_none_or(|parent| (parent.get() as usize) < index));
        assert!(case.suite.is_none_or(|suite| (suite as usize) < report.suites.len()));
    }
    for (index, suite) in report.suites.iter().enumerate() {
        assert!(suite.parent.is_none_or(|parent| (parent as usize) < index));
    }
}

#[test]
fn a_file_cut_at_any_byte_keeps_all_complete_cases() {
    let whole = read(WHOLE.as_bytes(), "whole.xml").unwrap();
    assert!(whole.damage.is_none());
    let all = cases(&whole);
    assert_eq!(all.len(), 7);
    for length in 0..WHOLE.len() {
        let text = &WHOLE[..floor(length)];
        let Ok(report) = read(&WHOLE.as_bytes()[..length], "cut.xml") else {
            assert!(!text.contains("<testsuites name=\"all\">"), "cut at {length}");
            continue;
        };
        check_indices(&report);
        let found = cases(&report);
        assert!(found.iter().all(|case| all.contains(case)), "cut at {length}");
        let complete = text.matches("</testcase>").count() + empty_cases(text);
        // A case that is cut inside its failure has failed.
        let failed =
            text.split_once("type=\"T\">").is_some_and(|(_, after)| !after.contains("</testcase>"));
        assert_eq!(found.len(), complete + usize::from(failed), "cut at {length}");
        // Between the documents a file may end.
        let sound = text
            .split_once("</testsuites>")
            .is_some_and(|(_, after)| !after.contains("<test") || after.contains("</testsuite>"));
        assert_eq!(report.damage.is_none(), sound, "cut at {length}");
    }
}

/// The next character boundary at or before `length`.
fn floor(mut length: usize) -> usize {
    while !WHOLE.is_char_boundary(length) {
        length -= 1;
    }
    length
}

fn empty_cases(text: &str) -> usize {
    text.split("<testcase")
        .skip(1)
        .filter(|after| after.split_once('>').is_some_and(|(tag, _)| tag.ends_with('/')))
        .count()
}

/// Pieces of which reports are made, and of which broken ones are.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("<testsuites>".to_owned()),
        Just("<testsuite name='s'>".to_owned()),
        Just("<testcase name='a' time='1'>".to_owned()),
        Just("<testcase/>".to_owned()),
        Just("<failure message='&lt;'>".to_owned()),
        Just("<system-out>".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("]]>".to_owned()),
        Just("</testcase>".to_owned()),
        Just("</testsuite>".to_owned()),
        Just("</failure>".to_owned()),
        Just("</system-out>".to_owned()),
        Just("<property name='p'>".to_owned()),
        Just("</property>".to_owned()),
        Just("<!--".to_owned()),
        Just("-->".to_owned()),
        Just("<!DOCTYPE a [".to_owned()),
        Just("<?xml version='1.0'?>".to_owned()),
        Just("[[PROPERTY|a]]".to_owned()),
        Just("&#27;&x;&".to_owned()),
        any::<String>(),
        "[<>/&;'\"=\\[\\]! a-c]{0,6}",
    ]
}

/// Elements of the formats that are not JUnit's.
fn element() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(
        &[
            "assembly",
            "collection",
            "test",
            "failure",
            "message",
            "stack-trace",
            "reason",
            "trait",
            "error",
            "test-suite",
            "test-case",
            "property",
            "filePath",
            "output",
            "UnitTestResult",
            "ErrorInfo",
            "Message",
            "UnitTest",
            "TestMethod",
            "RunInfo",
            "Text",
            "suite",
            "class",
            "test-method",
            "exception",
            "value",
            // Of formats that a single framework writes.
            "TestSuite",
            "TestCase",
            "Error",
            "Test",
            "FailedTest",
            "FailedTests",
            "SuccessfulTests",
            "Name",
            "TestFunction",
            "Incident",
            "DataTag",
            "Duration",
            "CUNIT_RUN_SUITE",
            "CUNIT_RUN_TEST_FAILURE",
            "TEST_NAME",
            "kw",
            "status",
            "tag",
            "file",
            "testCase",
            "ExecViol",
            "ThrPart",
            "OverallResult",
            "Expression",
            "run",
            "testresult",
        ][..],
    )
}

/// How documents in the formats that are not JUnit's begin.
fn root() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(
        &[
            "<assemblies>",
            "<test-results>",
            "<TestRun>",
            "<TestRun><Statistics></Statistics>",
            "<testng-results>",
            "<TestLog>",
            "<TestResult><TestSuite></TestSuite>",
            "<tests><testresult></testresult>",
            "<Catch name='a'>",
            "<testsuites xmlns='http://check.sourceforge.net/ns'>",
            "<Site><Testing>",
            "<CUNIT_TEST_RUN_REPORT>",
            "<doctest version='2'>",
            "<TestResults><TestListing>",
            "<gtester>",
            "<testrun footerText='a'>",
            "<report-result>",
            "<ResultsSession>",
            "<TestCase name='a'><Environment><QtVersion>5</QtVersion></Environment>",
            "<robot generator='a'>",
            "<testExecutions>",
            "<unittest-results>",
        ][..],
    )
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(report) = read(&bytes[..], "any") {
            check_indices(&report);
        }
    }

    #[test]
    fn no_arrangement_of_markup_makes_a_reader_panic(pieces in proptest::collection::vec(piece(), 0..40)) {
        let text = format!("<testsuite>{}", pieces.concat());
        let report = read(text.as_bytes(), "any").unwrap();
        check_indices(&report);
        prop_assert!(report.cases.len() <= text.matches("<testcase").count());
    }

    #[test]
    fn no_arrangement_of_elements_makes_the_other_readers_panic(
        root in root(),
        pieces in proptest::collection::vec((element(), 0..4_u8), 0..40),
    ) {
        let mut text = root.to_owned();
        for (element, form) in pieces {
            text += &match form {
                0 => format!("<{element} name='a' result='Failed' retried='true' id='1' testId='1'>"),
                1 => format!("<{element} status='FAIL'/>"),
                2 => format!("</{element}>"),
                _ => "text".to_owned(),
            };
        }
        check_indices(&read(text.as_bytes(), "any").unwrap());
    }

    #[test]
    fn no_change_of_a_report_makes_a_reader_panic(
        at in 0..WHOLE.len(),
        gone in 0..40_usize,
        put in proptest::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut bytes = WHOLE.as_bytes().to_vec();
        let end = (at + gone).min(bytes.len());
        bytes.splice(at..end, put);
        if let Ok(report) = read(&bytes[..], "any") {
            check_indices(&report);
        }
    }

    #[test]
    fn how_the_bytes_arrive_makes_no_difference(size in 1..200_usize) {
        let pieces: Vec<&[u8]> = WHOLE.as_bytes().chunks(size).collect();
        let drip = pieces.into_iter().fold(
            Box::new(std::io::empty()) as Box<dyn std::io::Read>,
            |before, piece| Box::new(std::io::Read::chain(before, piece)),
        );
        let report = read(drip, "drip.xml").unwrap();
        let whole = read(WHOLE.as_bytes(), "whole.xml").unwrap();
        prop_assert_eq!(format!("{:?}", report.cases), format!("{:?}", whole.cases));
    }
}
