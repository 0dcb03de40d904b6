//! JUnit's XML as Jenkins, GitLab and other readers know it: one `testsuite` for each container.

use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::ElementWriter;

use super::{CONTAINER, FOLDER, RUN_ERRORS, TOOL, name, other_failures};
use crate::formats::model::Outcome;
use crate::record::{RunError, TestRecord};

type Xml = Writer<Vec<u8>>;

/// The tests, and the failures outside of them, as one JUnit report.
///
/// # Errors
/// None in practice: memory is written to.
pub fn junit(tests: &[&TestRecord], run_errors: &[RunError]) -> io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    // Tests of one container follow each other in few pieces: folders, by which they are sorted, mostly are its parts.
    let suites = tests.chunk_by(|a, b| a.container == b.container && a.folder == b.folder);
    let root = xml.create_element("testsuites").with_attribute(("name", TOOL));
    counted(root, tests, run_errors.len()).write_inner_content(|xml| {
        suites.into_iter().try_for_each(|suite| write_suite(xml, suite))?;
        write_run_errors(xml, run_errors)
    })?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// The counts and the duration of a suite.
fn counted<'x>(
    element: ElementWriter<'x, Vec<u8>>,
    tests: &[&TestRecord],
    run_errors: usize,
) -> ElementWriter<'x, Vec<u8>> {
    let count = |outcome| tests.iter().filter(|test| test.outcome == outcome).count();
    // The sum of no numbers is -0.
    let seconds = 0.0 + tests.iter().filter_map(|test| test.duration_s).sum::<f64>();
    element
        .with_attribute(("tests", &*(tests.len() + run_errors).to_string()))
        .with_attribute(("failures", &*count(Outcome::Failed).to_string()))
        .with_attribute(("errors", &*(count(Outcome::Errored) + run_errors).to_string()))
        .with_attribute(("skipped", &*count(Outcome::Skipped).to_string()))
        .with_attribute(("time", &*shown(seconds)))
}

fn write_suite(xml: &mut Xml, tests: &[&TestRecord]) -> io::Result<()> {
    let Some(first) = tests.first() else { return Ok(()) };
    let (container, folder) = (&first.container, &first.folder);
    let parts: Vec<&str> = container.iter().map(|part| &**part).collect();
    let suite = xml.create_element("testsuite").with_attribute(("name", &*parts.join(" / ")));
    counted(suite, tests, 0).write_inner_content(|xml| {
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
    let property = xml.create_element("property").with_attribute(("name", &*valid(name)));
    // White space in attributes is not kept by every reader.
    if value.contains(['\n', '\r', '\t']) {
        property.write_text_content(BytesText::new(&valid(value)))?;
    } else {
        property.with_attribute(("value", &*valid(value))).write_empty()?;
    }
    Ok(())
}

fn write_case(xml: &mut Xml, test: &TestRecord, classname: &str) -> io::Result<()> {
    let mut case = xml
        .create_element("testcase")
        .with_attribute(("name", &*valid(name(test))))
        .with_attribute(("classname", &*valid(classname)));
    if let Some(seconds) = test.duration_s {
        case = case.with_attribute(("time", &*shown(seconds)));
    }
    if let Some(file) = &test.file {
        case = case.with_attribute(("file", &*valid(file)));
    }
    if let Some(line) = test.line {
        case = case.with_attribute(("line", &*line.to_string()));
    }
    let details = &test.details;
    let tag = match test.outcome {
        Outcome::Passed => None,
        Outcome::Skipped => Some("skipped"),
        Outcome::Failed => Some("failure"),
        Outcome::Errored => Some("error"),
    };
    let properties = [("attachment", &details.attachments), ("defect", &details.defects)];
    let lists =
        properties.iter().flat_map(|(name, values)| values.iter().map(|value| (*name, &**value)));
    // With numbers, because a property of the same name and value counts once.
    let numbered: Vec<String> =
        (1..=details.steps.len()).map(|step| format!("step{step}")).collect();
    let steps = numbered.iter().zip(&details.steps).map(|(name, step)| (&**name, &*step.step));
    let written = details.properties.iter().map(|property| (&*property.name, &*property.value));
    let properties: Vec<(&str, &str)> = written.chain(lists).chain(steps).collect();
    if tag.is_none() && properties.is_empty() && details.attempts.is_empty() && !test.flaky {
        case.write_empty()?;
        return Ok(());
    }
    case.write_inner_content(|xml| {
        if !properties.is_empty() {
            xml.create_element("properties").write_inner_content(|xml| {
                properties.iter().try_for_each(|(name, value)| write_property(xml, name, value))
            })?;
        }
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
            write_detail(xml, tag, [attempt.message.as_deref(), None], None)?;
        }
        if test.flaky && other_failures(test).next().is_none() {
            write_detail(xml, "flakyFailure", [None, None], None)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// An element with the attributes `message` and `type`, and a text.
fn write_detail(
    xml: &mut Xml,
    tag: &str,
    [message, kind]: [Option<&str>; 2],
    text: Option<&str>,
) -> io::Result<()> {
    let mut element = xml.create_element(tag);
    if let Some(message) = message {
        element = element.with_attribute(("message", &*valid(message)));
    }
    if let Some(kind) = kind {
        element = element.with_attribute(("type", &*valid(kind)));
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
    let suite = xml.create_element("testsuite").with_attribute(("name", ""));
    counted(suite, &[], run_errors.len()).write_inner_content(|xml| {
        xml.create_element("properties")
            .write_inner_content(|xml| write_property(xml, RUN_ERRORS, "true"))?;
        for error in run_errors {
            let mut case =
                xml.create_element("testcase").with_attribute(("name", &*valid(&error.name)));
            if let Some(file) = &error.file {
                case = case.with_attribute(("file", &*valid(file)));
            }
            if let Some(line) = error.line {
                case = case.with_attribute(("line", &*line.to_string()));
            }
            case.write_inner_content(|xml| {
                write_detail(xml, "error", [error.message.as_deref(), None], None)
            })?;
        }
        Ok(())
    })?;
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
