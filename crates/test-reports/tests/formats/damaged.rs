//! Broken reports: what is kept, and which flaws are reported where.

use std::fmt::Write as _;

use test_reports::formats::ReadError;
use test_reports::formats::model::{Outcome, Report};

use crate::single::{read, read_file};

fn open(file: &str) -> Result<Report, ReadError> {
    let path = crate::repository("crates/test-reports/tests/damaged").join(file);
    read_file(&path, file)
}

fn names(report: &Report) -> Vec<&str> {
    report.cases.iter().map(|case| case.name.as_deref().unwrap_or("?")).collect()
}

/// `line:column message`, or nothing.
fn damage(report: &Report) -> String {
    report.damage.as_ref().map_or_else(String::new, |flaw| {
        format!("{}:{} {}", flaw.position.line, flaw.position.column, flaw.message)
    })
}

fn recovered(report: &Report) -> Vec<String> {
    report
        .recovered
        .iter()
        .map(|flaw| format!("{}:{} {}", flaw.position.line, flaw.position.column, flaw.message))
        .collect()
}

#[test]
fn a_cut_file_keeps_its_complete_cases_and_says_where_it_ends() {
    for (file, cases, said) in [
        ("cut_in_a_failure.xml", &["whole", "failed"][..], "7:1 the file ends inside `testcase`"),
        ("cut_in_a_tag.xml", &["whole"], "4:17 the file ends inside `testsuite`"),
        ("cut_between_cases.xml", &["whole"], "4:1 the file ends inside `testsuite`"),
        ("cut_in_nested_cases.xml", &["inner"], "4:28 the file ends inside `testcase`"),
        (
            "cunit.xml",
            &[
                "costs nothing when empty",
                "takes ten percent",
                "takes twenty percent",
                "takes ten percent",
            ],
            "12:1 unexpected `</CUNIT_TEST_RUN_REPORT>`, expected `</testsuite>`",
        ),
        ("cut_in_cdata.xml", &["a"], "4:41 the file ends inside `system-out`"),
        ("second_document_cut.xml", &["a", "b"], "3:43 the file ends inside `testsuite`"),
    ] {
        let report = open(file).unwrap();
        assert_eq!(names(&report), cases, "{file}");
        assert_eq!(damage(&report), said, "{file}");
    }
}

#[test]
fn a_case_whose_outer_case_was_cut_off_has_none() {
    let report = open("cut_in_nested_cases.xml").unwrap();
    assert_eq!(report.cases[0].parent_case, None);
}

#[test]
fn behind_mis_nesting_reading_goes_on() {
    // A failure of `b` may be lost.
    let report = open("misnested.xml").unwrap();
    assert_eq!(names(&report), ["a", "c"]);
    assert_eq!(
        damage(&report),
        "4:40 unexpected `</testcase>`, expected `</system-out>`; 1 case after it was read"
    );
    let report = open("wrong_end_tag.xml").unwrap();
    assert_eq!(names(&report), ["a"]);
    assert_eq!(damage(&report), "3:1 unexpected `</testsuites>`, expected `</testsuite>`");
}

#[test]
fn files_that_are_not_reports_say_what_they_are() {
    assert!(matches!(open("empty.xml"), Err(ReadError::Empty { .. })));
    assert!(matches!(open("blank.xml"), Err(ReadError::Empty { .. })));
    assert!(matches!(open("not_xml.txt"), Err(ReadError::NotXml { .. })));
    assert!(matches!(open("absent.xml"), Err(ReadError::Io { .. })));
    let says = "wrong_root.xml is not a test report: its document element is `project`, ";
    let error = open("wrong_root.xml").unwrap_err().to_string();
    assert!(error.starts_with(says), "{error}");
}

#[test]
fn flaws_that_cost_no_case_are_recovered() {
    for (file, cases, said) in [
        (
            "control_characters.xml",
            &["esc \u{1b}[31mred"][..],
            &["2:3 raw control character", "2:42 `]]>` in text"][..],
        ),
        (
            "references.xml",
            &["\u{1b}[31m \0 \u{fffd} &nbsp; a & b"],
            &[
                "2:3 reference to a character that XML forbids",
                "2:3 entity that is not predefined, kept as text",
                "2:3 `&` that begins no reference",
            ],
        ),
        ("two_documents.xml", &["a", "b"], &["4:1 several documents in one file"]),
        (
            "noise_around.xml",
            &["a"],
            &[
                "1:1 something before the document element",
                "5:1 something after the document element",
            ],
        ),
        (
            "raw_attributes.xml",
            &["x < y && z"],
            &[
                "2:3 `&` that begins no reference",
                "2:3 `<` that begins no markup",
                "2:3 attribute that is not `name=\"value\"`",
            ],
        ),
        ("invalid_utf8.xml", &["café"], &["2:3 bytes that are not UTF-8, read as windows-1252"]),
        ("entities.xml", &["&b;"], &["6:12 entity that is not predefined, kept as text"]),
    ] {
        let report = open(file).unwrap();
        assert_eq!(names(&report), cases, "{file}");
        assert_eq!(damage(&report), "", "{file}");
        assert_eq!(recovered(&report), said, "{file}");
    }
}

#[test]
fn counts_in_attributes_are_not_believed() {
    let report = open("lying_counts.xml").unwrap();
    assert_eq!(names(&report), ["a"]);
    assert_eq!(report.cases[0].outcome, Outcome::Passed);
    assert!(report.recovered.is_empty() && report.damage.is_none());
}

#[test]
fn suites_nested_deeper_than_256_are_damage_and_found_quickly() {
    let mut xml = "<testsuites><testcase name='a'/>".to_owned();
    for depth in 0..10_000 {
        write!(xml, "<testsuite name='{depth}'>").unwrap();
    }
    let report = read(xml.as_bytes(), "deep.xml").unwrap();
    assert_eq!(names(&report), ["a"]);
    assert!(damage(&report).ends_with("elements are nested deeper than 256"));
    assert_eq!(report.suites.len(), 255);
}

#[test]
fn an_element_with_more_than_1000_attributes_is_damage() {
    for (count, damaged) in [(1_000, false), (1_001, true), (160_000, true)] {
        let mut xml = "<testsuite><testcase name='a'/><testcase".to_owned();
        for number in 0..count {
            write!(xml, " a{number}='1'").unwrap();
        }
        xml.push_str("/></testsuite>");
        let report = read(xml.as_bytes(), "wide.xml").unwrap();
        assert_eq!(report.damage.is_some(), damaged, "{count}");
        assert_eq!(report.cases.len(), if damaged { 1 } else { 2 });
    }
}

#[test]
fn a_name_of_more_than_a_mebibyte_is_damage() {
    for (length, damaged) in [(1_000_000, false), (1_100_000, true)] {
        let long = "x".repeat(length);
        let xml = format!("<testsuite><testcase name='a'/><testcase name='{long}'/></testsuite>");
        let report = read(xml.as_bytes(), "long.xml").unwrap();
        assert_eq!(report.damage.is_some(), damaged, "{length}");
    }
}

#[test]
fn a_long_failure_is_cut_and_that_is_no_damage() {
    let long = "trace\n".repeat(50_000);
    let xml =
        format!("<testsuite><testcase name='a'><failure>{long}</failure></testcase></testsuite>");
    let report = read(xml.as_bytes(), "trace.xml").unwrap();
    let text = report.cases[0].detail().unwrap().text.as_deref().unwrap();
    assert_eq!(text.len(), 64 * 1024);
    assert!(report.damage.is_none() && report.recovered.is_empty());
}

/// A sound report with a case `a`.
const SOUND: &str = "<testsuite name='s'><testcase name='a' classname='c'/></testsuite>";

/// Names of cases and the damage of `text`.
fn read_text(text: &str) -> (Vec<String>, String) {
    let report = read(text.as_bytes(), "r.xml").unwrap();
    (names(&report).into_iter().map(str::to_owned).collect(), damage(&report))
}

#[test]
fn pieces_of_reports_around_a_document_are_damage() {
    for (behind, cases, said) in [
        (
            "\n<testcase name='b'/>\n</testsuite>",
            &["a", "b"][..],
            "2:1 `<testcase>` outside of the document; 1 case after it was read",
        ),
        ("\n</testsuite>", &["a"], "2:1 `</testsuite>` outside of the document"),
        ("\n<failure message='no'/>", &["a"], "2:1 `<failure>` outside of the document"),
        (
            "e name=\"x\" time=\"0.1\"/>",
            &["a"],
            "1:67 the end of a cut tag outside of the document",
        ),
        ("\ntcase>\n", &["a"], "2:1 the end of a cut tag outside of the document"),
        ("/testcase>", &["a"], "1:67 the end of a cut tag outside of the document"),
        ("\0\0\0", &["a"], "1:67 binary data outside of the document"),
        ("\nPK\u{3}\u{4}", &["a"], "2:1 binary data outside of the document"),
        ("\n<!-- open", &["a"], "2:1 the file ends inside a comment or a declaration"),
        ("\n<testsuite name='t'", &["a"], "2:1 the file ends inside the tag of a document element"),
        ("\n<testsu", &["a"], "2:1 the file ends inside the tag of a document element"),
        (
            "<test-run><test-case name='b' result='Passed'/></test-run>",
            &["a"],
            "1:67 `test-run` and `testsuite` are of different formats",
        ),
    ] {
        let (found, damage) = read_text(&format!("{SOUND}{behind}"));
        assert_eq!(
            (&found[..], &*damage),
            (&cases.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()[..], said),
            "{behind}"
        );
    }
    for (before, cases) in [
        ("<testcase name='b'><failure/></testcase></testsuite>", 2),
        ("name='b' classname='c'/></testsuite>", 1),
        ("text</failure></testcase>", 1),
        ("<properties><property name='a' value='b'/></properties>\n</testcase>", 1),
    ] {
        let (found, damage) = read_text(&format!("{before}{SOUND}"));
        assert_eq!(found.len(), cases, "{before}");
        assert!(!damage.is_empty(), "{before}");
    }
}

#[test]
fn log_lines_around_a_document_and_inside_are_noise() {
    for text in [
        format!("Started <b>now</b> -> a\n{SOUND}\nDone in 3 s, 2 > 1\n"),
        format!("\u{1b}[32mok\u{1b}[0m\n{SOUND}<br/>Größe: <unknown>"),
        SOUND.replace("<testcase", "\nlog line 1 > 0\n<testcase"),
        format!("{SOUND}\n<?xml version='1.0'?>\n{SOUND}"),
    ] {
        let (found, damage) = read_text(&text);
        assert_eq!((found.first().map(String::as_str), &*damage), (Some("a"), ""), "{text}");
    }
}

#[test]
fn output_may_contain_anything() {
    for inside in [
        "<system-out><![CDATA[<testcase name='b'/></testsuite>\0]]></system-out>",
        "<system-out>&lt;testcase name='b'/&gt; tcase&gt;</system-out>",
        "<system-out>name=\"x\"/></system-out>",
        "<!-- <testcase name='b'/> </testsuite> -->",
        "<failure><![CDATA[<testcase name='b'>]]></failure>",
        "<failure message='expected &lt;testcase> got &lt;/testcase>'/>",
        "<system-out>a </p> <br> b</system-out>",
    ] {
        let text = SOUND.replace("/></testsuite>", &format!(">{inside}</testcase></testsuite>"));
        assert_eq!(read_text(&text), (vec!["a".to_owned()], String::new()), "{inside}");
    }
}

#[test]
fn behind_damage_reading_goes_on_and_lost_states_are_not_called_passed() {
    let case = |content: &str| format!("<testcase name='b'>{content}");
    for (middle, cases, said) in [
        // The failure belongs to a failed case.
        (case("<failure>no</testcase>"), &["a", "b", "c"][..], "unexpected `</testcase>`"),
        (case("<failure>no"), &["a", "b", "c"], "`<testcase>` inside `<failure>`"),
        (case("<system-out>no</testcase>"), &["a", "c"], "unexpected `</testcase>`"),
        (case("</failure></testcase>"), &["a", "c"], "unexpected `</failure>`"),
        (case("<failu</testcase>"), &["a", "c"], "the tag `<failu` breaks off"),
        (case(""), &["a", "c"], "unexpected `</testsuite>`"),
        ("<testcase name='b' classna".to_owned(), &["a", "c"], "the tag `<testcase` breaks off"),
        ("<testcase name='half".to_owned(), &["a", "c"], "the tag `<testcase` breaks off"),
        ("<?xml version='1.0' enc".to_owned(), &["a", "c"], "a declaration breaks off"),
        ("e name=\"b\" time=\"1\"/>".to_owned(), &["a", "c"], "the end of a cut tag"),
        ("\0".to_owned(), &["a", "c"], "binary data between elements"),
        ("<test-case name='b'/>".to_owned(), &["a", "c"], "`test-case` and `testsuite` are of"),
    ] {
        let text =
            SOUND.replace("</testsuite>", &format!("{middle}<testcase name='c'/></testsuite>"));
        let (found, damage) = read_text(&text);
        assert_eq!(found, cases, "{middle}");
        assert!(damage.contains(said), "{middle}: {damage}");
        // The end of the suite is where it is noticed that a case did not end.
        assert_eq!(damage.ends_with(" read"), !damage.contains("`</testsuite>`"), "{damage}");
    }
    let unclosed = SOUND.replace("</testsuite>", &case("<failure>no</testcase></testsuite>"));
    let report = read(unclosed.as_bytes(), "r.xml").unwrap();
    assert_eq!(report.cases[1].outcome, Outcome::Failed);
}

#[test]
fn bytes_behind_a_packed_report_are_damage() {
    use std::io::Write as _;
    let pack = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let packed = pack(SOUND);
    for (bytes, cases, damaged) in [
        (packed.clone(), 1, false),
        ([&packed[..], &packed].concat(), 2, false),
        ([&packed[..], b"more text"].concat(), 1, true),
        ([&packed[..], &[0; 512]].concat(), 1, true),
        ([SOUND.as_bytes(), &packed].concat(), 1, true),
        (packed[..packed.len() - 4].to_vec(), 1, true),
    ] {
        let report = read(&bytes[..], "r.xml.gz").unwrap();
        assert_eq!((report.cases.len(), report.damage.is_some()), (cases, damaged), "{report:?}");
    }
}
