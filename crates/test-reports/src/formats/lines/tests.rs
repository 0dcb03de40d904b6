use std::io::Write as _;
use std::sync::Arc;

use super::{Program, write};
use crate::formats::model::{Flaw, Position, Report};
use crate::formats::{ReadError, read, read_one};
use crate::text::RepositoryRoot;

const XML: &str = r#"<testsuites name="all"><properties><property name="p" value="v"/></properties>
  <testsuite name="s &amp; t" hostname="h" timestamp="2026-07-01T12:00:00"><error message="set-up">boom</error>
    <testcase name="a" classname="A" time="0.1" file="a.py" line="3" assertions="2"/>
    <testcase name="b"><failure message="m" type="T">trace</failure><system-out>[[TEST|TC-1]][[PROPERTY|k=v]]</system-out></testcase>
    <testcase name="c"><testcase name="d"><skipped/></testcase></testcase>
    <testcase name="f"><flakyError time="1e-9"><stackTrace>at x</stackTrace></flakyError></testcase>
  </testsuite>
</testsuites>"#;

const PROGRAM: Program<'_> = Program { name: "tests", version: "1" };

fn written(reports: &[Report]) -> String {
    let named: Vec<(&Report, &str)> = reports.iter().map(|report| (report, "x")).collect();
    let mut lines = Vec::new();
    write(&named, &RepositoryRoot::new("/ci/shop".as_ref()), PROGRAM, &mut lines).unwrap();
    String::from_utf8(lines).unwrap()
}

fn sample() -> Vec<Report> {
    let lost = Flaw::new(Position { line: 1, column: 1 }, "gone");
    vec![
        read_one(XML, "a.xml"),
        Report::unreadable("b.xml".into(), lost),
        Report {
            stopped_early: true,
            ..read_one("<testsuite name='z'><testcase name='q'/>", "c.xml")
        },
    ]
}

/// The reports without the fields that only reports from JSON lines have.
fn as_before(mut reports: Vec<Report>) -> String {
    for report in &mut reports {
        report.shard = None;
        report.written_below = None;
    }
    format!("{reports:#?}")
}

fn names(reports: &[Report]) -> Vec<&str> {
    reports
        .iter()
        .flat_map(|report| &report.cases)
        .filter_map(|case| case.name.as_deref())
        .collect()
}

fn damages(reports: &[Report]) -> Vec<String> {
    let damaged = reports.iter().filter_map(|report| Some((report, report.damage.as_ref()?)));
    damaged
        .map(|(report, flaw)| {
            format!(
                "{}:{}:{} {}",
                report.path, flaw.position.line, flaw.position.column, flaw.message
            )
        })
        .collect()
}

#[test]
fn reports_survive_a_round_trip() {
    let reports = sample();
    let lines = written(&reports);
    assert_eq!(lines.lines().count(), 1 + 6 + 1);
    let back = read(lines.as_bytes(), "shard.jsonl").unwrap();
    assert_eq!(as_before(back.clone()), as_before(reports));
    for report in &back {
        assert_eq!(report.shard.as_deref(), Some("shard.jsonl"));
        assert_eq!(report.written_below, Some(RepositoryRoot::new("/ci/shop".as_ref())));
    }
    // A second round trip keeps the root of the first machine.
    let named: Vec<(&Report, &str)> = back.iter().map(|report| (report, "x")).collect();
    let mut again = Vec::new();
    write(&named, &RepositoryRoot::new("/elsewhere".as_ref()), PROGRAM, &mut again).unwrap();
    let again = read(&*again, "again.jsonl").unwrap();
    assert!(again.iter().all(|report| report.written_below == back[0].written_below));
}

#[test]
fn lines_have_the_fields_that_people_search_for() {
    let lines = written(&sample());
    let value = |line: &str| -> serde_json::Value { serde_json::from_str(line).unwrap() };
    let first = value(lines.lines().next().unwrap());
    assert_eq!(first["schema_version"], 1);
    assert_eq!(first["tool"], serde_json::json!({"name": "tests", "version": "1"}));
    assert_eq!(first["damaged"][0]["path"], "b.xml");
    let case = value(lines.lines().nth(2).unwrap());
    for (key, expected) in [
        ("format", "junit"),
        ("producer", "x"),
        ("timestamp", "2026-07-01T12:00:00"),
        ("hostname", "h"),
        ("name", "b"),
        ("state", "failed"),
    ] {
        assert_eq!(case[key], expected, "{key}");
    }
    assert_eq!(case["suites"], serde_json::json!(["s & t"]));
    assert_eq!(value(lines.lines().last().unwrap()), serde_json::json!({"end": true, "cases": 6}));
}

#[test]
fn a_cut_file_is_damaged_and_keeps_complete_lines() {
    let reports = vec![read_one(XML, "a.xml")];
    let lines = written(&reports);
    let all = names(&reports);
    for length in 0..lines.len() - 1 {
        let cut = &lines.as_bytes()[..length];
        let whole = cut.iter().filter(|&&byte| byte == b'\n').count();
        let Ok(back) = read(cut, "cut.jsonl") else {
            assert_eq!(whole, 0, "cut at {length}");
            continue;
        };
        assert!(!damages(&back).is_empty(), "cut at {length}");
        let found = names(&back);
        // A line without its line break may be complete.
        assert!(found.len() + 1 >= whole, "cut at {length}: {found:?}");
        assert_eq!(found, all[..found.len()], "cut at {length}");
    }
    // The last line break is optional.
    assert!(damages(&read(lines.trim_end().as_bytes(), "a.jsonl").unwrap()).is_empty());
}

#[test]
fn a_broken_line_loses_only_its_case() {
    let lines = written(&[read_one(XML, "a.xml")]);
    let broken: Vec<&str> = lines
        .lines()
        .map(|line| if line.contains(r#""name":"b""#) { "{\"report\":0,\"name\":7}" } else { line })
        .collect();
    let back = read(broken.join("\n").as_bytes(), "a.jsonl").unwrap();
    // `d` was inside the case `c`, whose index is unknown now.
    assert_eq!(names(&back), ["a", "c", "f"]);
    let damages = damages(&back);
    assert_eq!(damages.len(), 1);
    assert!(damages[0].starts_with("a.jsonl:3:20 invalid case: invalid type"), "{damages:?}");
}

#[test]
fn concatenated_shards_are_all_read() {
    let (one, two) = (written(&sample()[..1]), written(&sample()[2..]));
    let both = read(format!("{one}\n{two}").as_bytes(), "all.jsonl").unwrap();
    assert_eq!(both.iter().map(|report| &*report.path).collect::<Vec<_>>(), ["a.xml", "c.xml"]);
    // If the first is cut, the second is still read.
    let cut = &one[..one.rfind("{\"end\"").unwrap()];
    let both = read(format!("{cut}{two}").as_bytes(), "all.jsonl").unwrap();
    assert_eq!(names(&both).last(), Some(&"q"));
    assert!(damages(&both).iter().any(|said| said.contains("last line is missing")), "{both:?}");
}

#[test]
fn compressed_files_and_byte_order_marks_are_read() {
    let lines = written(&sample()[..1]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(lines.as_bytes()).unwrap();
    let plain = as_before(read(lines.as_bytes(), "a.jsonl").unwrap());
    assert_eq!(as_before(read(&*packed.finish().unwrap(), "a.jsonl.gz").unwrap()), plain);
    assert_eq!(as_before(read(format!("\u{feff}{lines}").as_bytes(), "a.jsonl").unwrap()), plain);
    assert_eq!(as_before(read(lines.replace('\n', "\r\n").as_bytes(), "a.jsonl").unwrap()), plain);
}

#[test]
fn manipulated_lines_are_rejected() {
    let header = |suites: &str| {
        format!(
            r#"{{"schema_version":1,"files":[{{"path":"a.xml","format":"junit","cases":1,"document":{{"element":"x"}},"suites":{suites}}}],"damaged":[]}}"#
        )
    };
    let chain: Vec<String> = (0..300)
        .map(|index: u32| match index.checked_sub(1) {
            Some(parent) => format!(r#"{{"name":"s","parent":{parent}}}"#),
            None => r#"{"name":"s"}"#.to_owned(),
        })
        .collect();
    for (suites, said) in [
        (r#"[{"name":"s","parent":0}]"#.to_owned(), "a suite comes before its parent"),
        (r#"[{"name":"s","parent":9}]"#.to_owned(), "a suite comes before its parent"),
        (format!("[{}]", chain.join(",")), "suites are nested more than 256 levels deep"),
        ("7".to_owned(), "invalid first line"),
    ] {
        let error = read(header(&suites).as_bytes(), "a.jsonl").unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    let case = |fields: &str| {
        let position = r#""state":"passed","position":{"line":1,"column":1}"#;
        let lines = format!("{}\n{{{fields},{position}}}\n", header(r#"[{"name":"s"}]"#));
        damages(&read(lines.as_bytes(), "a.jsonl").unwrap()).join("\n")
    };
    assert!(case(r#""report":1"#).contains("report 1 does not exist"));
    assert!(case(r#""report":0,"suite":1"#).contains("does not exist"));
    assert!(case(r#""report":0,"parent_case":0"#).contains("does not exist"));
    assert!(case(r#""other":0"#).contains("expected a case or the last line"));
    let error = read(&br#"{"schema_version":2}"#[..], "a.jsonl").unwrap_err();
    assert!(error.to_string().contains("later version"), "{error}");
    let wrong = format!("{}\n{{\"end\":true,\"cases\":1}}\n", header("[]"));
    let back = read(wrong.as_bytes(), "a.jsonl").unwrap();
    assert_eq!(damages(&back), ["a.jsonl:2:1 found 0 cases, expected 1"]);
}

#[test]
fn other_json_is_not_a_report() {
    for text in ["{\"level\":\"info\"}\n{}", "[1, 2]"] {
        assert!(matches!(read(text.as_bytes(), "log.jsonl"), Err(ReadError::OtherJson { .. })));
    }
    // Output before a report is noise.
    let noisy = "{\"level\":\"info\"}\n<testsuite><testcase name='a'/></testsuite>";
    let report = read_one(noisy, "r.xml");
    assert_eq!((report.cases.len(), report.recovered.len()), (1, 1));
    assert_eq!(report.path, Arc::from("r.xml"));
}
