//! What holds of every input, whatever it is: shared by the fuzz targets and by the test that replays their corpus.
//!
//! No input panics, and every case that was seen is accounted for: seen = tests + merged + excluded. What is read can be
//! written as JSON lines and is the same when it is read again.

#![allow(dead_code, reason = "each target uses one of these")]

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use test_reports::formats::Limits;
use test_reports::formats::libtest::{OutputReader, Stream};
use test_reports::formats::model::Report;
use test_reports::formats::{lines, read};
use test_reports::record::{IdentityOptions, collect};
use test_reports::text::RepositoryRoot;
use test_reports::tools;

pub(super) fn junit(data: &[u8]) {
    inside("<testsuites><testsuite name='s'>", data, "</testsuite></testsuites>");
}

pub(super) fn xunit_net(data: &[u8]) {
    inside(
        "<assemblies><assembly name='a'><collection name='c'>",
        data,
        "</collection></assembly></assemblies>",
    );
}

pub(super) fn nunit(data: &[u8]) {
    inside("<test-run><test-suite type='Assembly' name='a'>", data, "</test-suite></test-run>");
}

pub(super) fn trx(data: &[u8]) {
    let start = "<TestRun xmlns='http://microsoft.com/schemas/VisualStudio/TeamTest/2010'>";
    inside(start, data, "</TestRun>");
}

pub(super) fn testng(data: &[u8]) {
    inside(
        "<testng-results><suite name='s'><test name='t'><class name='C'>",
        data,
        "</class></test></suite></testng-results>",
    );
}

/// The formats that a single framework writes; the first byte says which one.
pub(super) fn frameworks(data: &[u8]) {
    const DOCUMENTS: [(&str, &str); 18] = [
        ("<TestLog><TestSuite name='s'>", "</TestSuite></TestLog>"),
        ("<TestResult><TestSuite name='s'>", "</TestSuite></TestResult>"),
        ("<tests><test><testresult/>", "</test></tests>"),
        ("<Catch2TestRun name='s'>", "</Catch2TestRun>"),
        ("<testsuites xmlns='http://check.sourceforge.net/ns'><suite>", "</suite></testsuites>"),
        ("<TestRun><FailedTests>", "</FailedTests></TestRun>"),
        ("<Site><Testing>", "</Testing></Site>"),
        (
            "<CUNIT_TEST_RUN_REPORT><CUNIT_RESULT_LISTING><CUNIT_RUN_SUITE>",
            "</CUNIT_RUN_SUITE></CUNIT_RESULT_LISTING></CUNIT_TEST_RUN_REPORT>",
        ),
        ("<doctest version='2'><TestSuite>", "</TestSuite></doctest>"),
        ("<TestResults><TestListing><TestSuite>", "</TestSuite></TestListing></TestResults>"),
        ("<gtester><testbinary path='s'>", "</testbinary></gtester>"),
        ("<testrun footerText='s'><suite name='s'>", "</suite></testrun>"),
        ("<report-result><fixture name='s'>", "</fixture></report-result>"),
        ("<ResultsSession><Exec>", "</Exec></ResultsSession>"),
        ("<TestCase name='s'><Environment><QtVersion>6</QtVersion></Environment>", "</TestCase>"),
        ("<robot generator='s'><suite name='s'>", "</suite></robot>"),
        ("<testExecutions><file path='s'>", "</file></testExecutions>"),
        ("<unittest-results>", "</unittest-results>"),
    ];
    inside_one_of(&DOCUMENTS, data);
}

/// The beginnings and ends of reports in JSON, between which cases are.
pub(super) const JSON: [(&str, &str); 23] = [
    (
        r#"{"numTotalTests":1,"openHandles":[],"testResults":[{"assertionResults":["#,
        r#"],"name":"a.js"}]}"#,
    ),
    (r#"{"numTotalTests":1,"testResults":[{"assertionResults":["#, r#"],"name":"a.js"}]}"#),
    (r#"{"stats":{"suites":1,"passes":1},"failures":["#, "]}"),
    (r#"{"stats":{"suites":1,"passes":1},"results":[{"fullFile":"a.js","tests":["#, "]}]}"),
    ("[\"start\",{\"total\":1}]\n[\"pass\",", "]\n[\"end\",{}]\n"),
    (r#"{"config":{"rootDir":"/"},"suites":[{"title":"a","specs":["#, "]}]}"),
    (r#"{"exitcode":0,"root":"/","tests":["#, "]}"),
    ("{\"$report_type\":\"SessionStart\"}\n", "\n{\"$report_type\":\"SessionFinish\"}\n"),
    (r#"{"reportFormat":"CTRF","results":{"tests":["#, "]}}"),
    (r#"[{"keyword":"Feature","uri":"a","name":"a","elements":["#, "]}]"),
    ("{\"meta\":{\"protocolVersion\":\"1\"}}\n", "\n{\"testRunFinished\":{}}\n"),
    (r#"{"uuid":"1","historyId":"2","name":"a","steps":["#, "]}"),
    (r#"{"testsuites":[{"name":"a","testsuite":["#, "]}]}"),
    (r#"{"generator":"Robot 7","rpa":false,"suite":{"name":"a","tests":["#, "]}}"),
    (r#"{"name":"a","source":"b","tests":[{"elapsed_time":1},"#, "]}"),
    (
        "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}\n",
        "\n{\"Action\":\"pass\",\"Package\":\"p\"}\n",
    ),
    (
        "{\"type\":\"suite\",\"event\":\"started\",\"test_count\":1}\n",
        "\n{\"type\":\"suite\",\"event\":\"ok\"}\n",
    ),
    (
        "{\"type\":\"start\",\"protocolVersion\":\"0.1.1\"}\n{\"type\":\"suite\",\"suite\":{\"id\":0,\"path\":\"a\"}}\n",
        "\n{\"type\":\"done\",\"success\":true}\n",
    ),
    (r#"{"collection":{"item":[{"id":"1","name":"a","request":{}}]},"run":{"executions":["#, "]}}"),
    (r#"{"userAgents":["Chrome"],"fixtures":[{"name":"a","path":"a.js","tests":["#, "]}]}"),
    (
        r#"{"capabilities":{},"suites":[{"name":"a","sessionId":"1","hooks":[],"tests":["#,
        r#"]}],"specs":["a.js"]}"#,
    ),
    (r#"{"metrics":{},"root_group":{"name":"","checks":["#, "]}}"),
    (r#"{"version":"3","examples":["#, r#"],"summary_line":""}"#),
];

/// The beginnings and ends of reports in text.
pub(super) const TEXT: [(&str, &str); 7] = [
    ("TAP version 14\n1..2\n", "\n"),
    ("1..2\nok 1 - a\n", "\n"),
    ("TAP version 13\n# Subtest: a\n    ", "\nok 1 - a\n1..1\n"),
    ("t/a.t ..\n1..1\n", "\nok\nAll tests successful.\n"),
    ("##teamcity[testSuiteStarted name='s']\n", "\n##teamcity[testSuiteFinished name='s']\n"),
    ("=== RUN   TestA\n", "\nok  \tp\t0.1s\n"),
    (
        "Test Suite 'a' started at 2026-07-01 12:00:00.000\n",
        "\nTest Suite 'a' passed at 2026-07-01 12:00:00.000.\n",
    ),
];

/// Reports in JSON; the first byte says which one.
pub(super) fn json(data: &[u8]) {
    inside_one_of(&JSON, data);
}

/// Reports that are lines of text; the first byte says which one.
pub(super) fn text(data: &[u8]) {
    inside_one_of(&TEXT, data);
}

fn inside_one_of(documents: &[(&str, &str)], data: &[u8]) {
    let Some((kind, data)) = data.split_first() else { return };
    let (start, end) = documents[usize::from(*kind) % documents.len()];
    inside(start, data, end);
}

/// JSON lines: whole files, and what follows a head of ours.
pub(super) fn lines(data: &[u8]) {
    file(data);
    let head = b"{\"schema_version\":1,\"tool\":{\"name\":\"tq-import\",\"version\":\"0\"},\"files\":[],\"damaged\":[]}\n";
    file(&[head, data].concat());
}

/// Whole files: encodings, compression, anything.
pub(super) fn encoding(data: &[u8]) {
    file(data);
}

/// What `cargo test` prints, in pieces of every length, and its two streams apart.
pub(super) fn libtest(data: &[u8]) {
    let (size, data) = data.split_first().unwrap_or((&1, &[]));
    let size = usize::from(*size).max(1);
    let mut whole = OutputReader::new(Arc::from("fuzz"), &Limits::default());
    whole.feed(data, Stream::Output);
    let whole = whole.finish();
    let mut pieces = OutputReader::new(Arc::from("fuzz"), &Limits::default());
    data.chunks(size).for_each(|piece| pieces.feed(piece, Stream::Output));
    let pieces = pieces.finish();
    assert_eq!(format!("{:?}", whole.cases), format!("{:?}", pieces.cases), "pieces of {size}");
    let mut apart = OutputReader::new(Arc::from("fuzz"), &Limits::default());
    for (index, piece) in data.chunks(size).enumerate() {
        let stream = if index % 2 == 0 { Stream::Output } else { Stream::Errors };
        apart.feed(piece, stream);
    }
    accounted(&[whole, pieces, apart.finish()]);
}

/// `data` as it is, and as the inside of a document of this kind.
fn inside(start: &str, data: &[u8], end: &str) {
    file(data);
    file(&[start.as_bytes(), data, end.as_bytes()].concat());
}

fn file(data: &[u8]) {
    // Anything that is not a report is refused, and nothing more can be checked.
    let Ok(reports) = read(data, "fuzz") else { return };
    accounted(&reports);
    let written = carried(&reports);
    let Ok(again) = read(&*written, "fuzz") else {
        panic!("JSON lines of ours are refused: {}", String::from_utf8_lossy(&written));
    };
    let cases = |reports: &[Report]| reports.iter().map(|report| report.cases.len()).sum::<usize>();
    assert_eq!(cases(&again), cases(&reports));
}

fn accounted(reports: &[Report]) {
    let cases: usize = reports.iter().map(|report| report.cases.len()).sum();
    let records = collect(reports, &IdentityOptions::default());
    assert_eq!(records.seen, cases);
    assert_eq!(records.seen, records.tests.len() + records.merged + records.excluded);
}

fn carried(reports: &[Report]) -> Vec<u8> {
    let named: Vec<(&Report, &str)> =
        reports.iter().map(|report| (report, tools::detect(report).name)).collect();
    let mut written = Vec::new();
    let root = RepositoryRoot::default();
    let program = lines::Program { name: "fuzz", version: "1" };
    let done = lines::write(&named, &root, program, &mut written).and_then(|()| written.flush());
    assert!(done.is_ok(), "{done:?}");
    written
}

/// The target that a directory of the corpus belongs to.
pub(super) fn of(name: &str) -> Option<fn(&[u8])> {
    Some(match name {
        "junit" => junit,
        "xunit_net" => xunit_net,
        "nunit" => nunit,
        "trx" => trx,
        "testng" => testng,
        "frameworks" => frameworks,
        "json" => json,
        "text" => text,
        "lines" => lines,
        "encoding" => encoding,
        "libtest" => libtest,
        _ => return None,
    })
}

/// The files of a directory.
pub(super) fn files(directory: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}
