//! JUnit's XML as Jenkins, GitLab and other readers know it: one `testsuite` for each container and file.
//!
//! Nothing but what the schema of Jenkins' xUnit plugin (`junit-10.xsd`, which the schema of surefire resembles) allows: that
//! plugin refuses other reports. It knows neither properties nor places of cases, so that properties are written as tags into
//! the output, and the file is an attribute of the suite.

use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::ElementWriter;

use super::{CONTAINER, FOLDER, RUN_ERRORS, TOOL, name, other_failures};
use crate::formats::model::Outcome;
use crate::markers;
use crate::record::{Pin, RunError, TestRecord};

type Xml = Writer<Vec<u8>>;

/// The tests, and the failures outside of them, as one JUnit report.
///
/// # Errors
/// None in practice: memory is written to.
pub fn junit(tests: &[&TestRecord], run_errors: &[RunError]) -> io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    // Tests of one container follow each other in few pieces: folders, by which they are sorted, mostly are its parts.
    let suites = tests.chunk_by(|a, b| {
        (&a.class.container, &a.class.folder, &a.class.file)
            == (&b.class.container, &b.class.folder, &b.class.file)
    });
    let root = xml.create_element("testsuites").with_attribute(("name", TOOL));
    counted(root, tests, run_errors.len()).write_inner_content(|xml| {
        suites.into_iter().try_for_each(|suite| write_suite(xml, suite))?;
        write_run_errors(xml, run_errors)
    })?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// The counts and the duration of suites.
fn counted<'x>(
    element: ElementWriter<'x, Vec<u8>>,
    tests: &[&TestRecord],
    run_errors: usize,
) -> ElementWriter<'x, Vec<u8>> {
    let count = |outcome| tests.iter().filter(|test| test.outcome == outcome).count();
    // The sum of no numbers is -0.
    let seconds = 0.0 + tests.iter().filter_map(|test| test.seconds()).sum::<f64>();
    element
        .with_attribute(("tests", &*(tests.len() + run_errors).to_string()))
        .with_attribute(("failures", &*count(Outcome::Failed).to_string()))
        .with_attribute(("errors", &*(count(Outcome::Errored) + run_errors).to_string()))
        .with_attribute(("time", &*shown(seconds)))
}

/// An element `testsuite` with these tests, of which `others` are failures outside of tests.
fn suite<'x>(
    xml: &'x mut Xml,
    name: &str,
    tests: &[&TestRecord],
    others: usize,
) -> ElementWriter<'x, Vec<u8>> {
    let skipped = tests.iter().filter(|test| test.outcome == Outcome::Skipped).count();
    let element = with(xml.create_element("testsuite"), "name", name);
    counted(element, tests, others).with_attribute(("skipped", &*skipped.to_string()))
}

/// Adds an attribute.
fn with<'x>(
    element: ElementWriter<'x, Vec<u8>>,
    name: &str,
    value: &str,
) -> ElementWriter<'x, Vec<u8>> {
    element.with_attribute((name, valid(value)))
}

fn write_suite(xml: &mut Xml, tests: &[&TestRecord]) -> io::Result<()> {
    let Some(first) = tests.first() else { return Ok(()) };
    let (container, folder) = (&first.class.container, &first.class.folder);
    let parts: Vec<&str> = container.iter().map(|part| &**part).collect();
    let mut suite = suite(xml, &parts.join(" / "), tests, 0);
    if let Some(file) = &first.class.file {
        suite = with(suite, "file", file);
    }
    suite.write_inner_content(|xml| {
        xml.create_element("properties").write_inner_content(|xml| {
            write_list(xml, CONTAINER, container)?;
            if folder == container { Ok(()) } else { write_list(xml, FOLDER, folder) }
        })?;
        tests.iter().try_for_each(|test| write_case(xml, test, &parts.join(".")))
    })?;
    Ok(())
}

/// A property for each part. A list without parts is a fact, too.
fn write_list(xml: &mut Xml, name: &str, parts: &[String]) -> io::Result<()> {
    if parts.is_empty() {
        return write_property(xml, name, "");
    }
    parts.iter().try_for_each(|part| write_property(xml, name, part))
}

fn write_property(xml: &mut Xml, name: &str, value: &str) -> io::Result<()> {
    with(with(xml.create_element("property"), "name", name), "value", value).write_empty()?;
    Ok(())
}

fn write_case(xml: &mut Xml, test: &TestRecord, classname: &str) -> io::Result<()> {
    let mut case =
        with(with(xml.create_element("testcase"), "name", name(test)), "classname", classname);
    if let Some(seconds) = test.seconds() {
        case = case.with_attribute(("time", &*shown(seconds)));
    }
    let details = &test.details;
    let tag = match test.outcome {
        Outcome::Passed => None,
        Outcome::Skipped => Some("skipped"),
        Outcome::Failed => Some("failure"),
        Outcome::Errored => Some("error"),
    };
    let output = tags_of(test);
    if tag.is_none() && output.is_empty() && details.attempts.is_empty() && !test.flaky {
        case.write_empty()?;
        return Ok(());
    }
    case.write_inner_content(|xml| {
        if let Some(tag) = tag {
            let texts = [&details.message, &details.kind].map(|text| text.as_deref());
            write_detail(xml, tag, texts, details.trace.as_deref())?;
        }
        for attempt in other_failures(test) {
            let tag = match (test.outcome, attempt.outcome) {
                (Outcome::Passed, Outcome::Errored) => "flakyError",
                (Outcome::Passed, _) => "flakyFailure",
                (_, Outcome::Errored) => "rerunError",
                _ => "rerunFailure",
            };
            write_detail(xml, tag, [attempt.message.as_deref(), Some("")], None)?;
        }
        if test.flaky && other_failures(test).next().is_none() {
            write_detail(xml, "flakyFailure", [None, Some("")], None)?;
        }
        if !output.is_empty() {
            let output = valid(&output);
            xml.create_element("system-out").write_text_content(BytesText::new(&output))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// What the report says about a test apart from its outcome, as tags.
fn tags_of(test: &TestRecord) -> String {
    let details = &test.details;
    let mut output = String::new();
    let mut add = |tag: &str| {
        output += tag;
        output.push('\n');
    };
    match details.pinned {
        Some(Pin::Key(key)) => add(&markers::test(&format!("TC-{key}"))),
        Some(Pin::Id(id)) => add(&markers::test(&id.to_string())),
        None => {}
    }
    for property in &details.properties {
        add(&markers::property(&property.name, &property.value));
    }
    // With numbers, because a property of the same name and value counts once.
    for (index, step) in details.steps.iter().enumerate() {
        add(&markers::property(&format!("step{}", index + 1), &step.step));
    }
    details.attachments.iter().for_each(|path| add(&markers::attachment(path)));
    details.defects.iter().for_each(|key| add(&markers::property("defect", key)));
    output
}

/// An element with the attributes `message` and `type`, and a text.
fn write_detail(
    xml: &mut Xml,
    tag: &str,
    [message, kind]: [Option<&str>; 2],
    text: Option<&str>,
) -> io::Result<()> {
    let mut element = xml.create_element(tag);
    for (name, value) in [("message", message), ("type", kind)] {
        if let Some(value) = value {
            element = with(element, name, value);
        }
    }
    match text {
        Some(text) => element.write_text_content(BytesText::new(&valid(text)))?,
        None => element.write_empty()?,
    };
    Ok(())
}

fn write_run_errors(xml: &mut Xml, run_errors: &[RunError]) -> io::Result<()> {
    if run_errors.is_empty() {
        return Ok(());
    }
    // With a name, it would be part of the names of the errors.
    for errors in run_errors.chunk_by(|a, b| a.file == b.file) {
        let mut suite = suite(xml, "", &[], errors.len());
        if let Some(file) = errors.first().and_then(|error| error.file.as_deref()) {
            suite = with(suite, "file", file);
        }
        suite.write_inner_content(|xml| {
            xml.create_element("properties")
                .write_inner_content(|xml| write_property(xml, RUN_ERRORS, "true"))?;
            errors.iter().try_for_each(|error| {
                let case = with(xml.create_element("testcase"), "name", &error.name);
                let texts = [error.message.as_deref(), None];
                case.write_inner_content(|xml| write_detail(xml, "error", texts, None))?;
                Ok(())
            })
        })?;
    }
    Ok(())
}

/// Seconds with at most three digits behind the dot.
fn shown(seconds: f64) -> String {
    format!("{}", (seconds * 1000.0).round() / 1000.0)
}

/// `text` without characters that XML does not allow.
fn valid(text: &str) -> Cow<'_, str> {
    let is_valid = |next: char| {
        matches!(next, '\t' | '\n' | '\r')
            || (next >= ' ' && !matches!(next, '\u{fffe}' | '\u{ffff}'))
    };
    if text.chars().all(is_valid) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|next| if is_valid(next) { next } else { '\u{fffd}' }).collect()
}
