//! What else a report says about a test: message, place in the source, properties and tags.

use crate::formats::model::{Case, Detail, Property, Tag};
use crate::text;

use super::merge::Occurrence;
use super::{Mapping, Pin, StepText};

/// The longest message that is kept, in characters.
const MESSAGE_CHARS: usize = 2_000;

/// How much of a trace is searched for a place in the source, in bytes.
const SEARCHED: usize = 16 * 1024;

/// The `message` attribute, else the first line of the text that says something.
pub(super) fn message(detail: &Detail) -> Option<String> {
    let written = detail.message.as_deref().map(str::trim).filter(|message| !message.is_empty());
    let words = written.or_else(|| {
        detail
            .text
            .as_deref()?
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !is_test_name(line))
    })?;
    let words = text::strip_ansi(words);
    let words = words.trim();
    (!words.is_empty()).then(|| text::cut(words, MESSAGE_CHARS).into_owned())
}

/// PHPUnit repeats `Class::method` before it comes to the point.
fn is_test_name(line: &str) -> bool {
    line.contains("::") && !line.contains(' ') && !line.contains("://")
}

/// File and line: as written on the case, else the first place in its trace that is no library's.
pub(super) fn location(case: &Case, mapping: &Mapping) -> (Option<String>, Option<u32>) {
    let file = case
        .file
        .as_deref()
        .map(|file| mapping.root.relative(&text::clean(file)))
        .filter(|file| !file.is_empty());
    if let (Some(file), Some(line)) = (&file, case.line) {
        return (Some(file.clone()), Some(line));
    }
    let found = case
        .detail()
        .and_then(|detail| detail.text.as_deref().or(detail.message.as_deref()))
        .and_then(in_trace);
    match found {
        Some((path, line)) => {
            let path = mapping.root.relative(path);
            match file {
                // The case's own file is where the test is; a line of another file would mislead.
                Some(file) if file != path => (Some(file), case.line),
                _ => (Some(path), Some(line)),
            }
        }
        None => (file, case.line),
    }
}

/// The first `path.ext:12` of a trace that is not in a library: `test_cart.py:7:`, `at (src/cart.test.js:3:9)`,
/// `panicked at src/lib.rs:12:5`, `CartTest.java:31`.
fn in_trace(trace: &str) -> Option<(&str, u32)> {
    const LIBRARIES: &[&str] = &[
        "node_modules",
        "site-packages",
        "node:",
        "/rustc/",
        ".cargo/",
        "/usr/lib",
        "dist-packages",
        "/vendor/",
        "internal/",
    ];
    let end =
        trace.char_indices().map(|(at, _)| at).take_while(|at| *at <= SEARCHED).last().unwrap_or(0);
    let trace = if trace.len() > SEARCHED { &trace[..end] } else { trace };
    let is_path =
        |c: char| c.is_alphanumeric() || matches!(c, '/' | '\\' | '.' | '_' | '-' | '@' | '+');
    trace.match_indices(':').find_map(|(colon, _)| {
        let digits: &str = &trace[colon + 1..];
        let digits = &digits[..digits.bytes().take_while(u8::is_ascii_digit).count()];
        let line: u32 = digits.parse().ok().filter(|line| *line > 0)?;
        let before = &trace[..colon];
        let start = before
            .rfind(|c: char| !is_path(c))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let path = &before[start..];
        let extension = path.rsplit_once('.')?.1;
        let named = extension.len() <= 5
            && extension.starts_with(|c: char| c.is_ascii_alphabetic())
            && extension.chars().all(|c| c.is_ascii_alphanumeric());
        // A Java frame names its package before the parenthesis; frames of frameworks come first there.
        let frame = trace[..start].rsplit('\n').next().unwrap_or_default().trim_start();
        let framework = [
            "at org.junit",
            "at java.",
            "at jdk.",
            "at org.opentest4j",
            "at org.assertj",
            "at sun.",
            "at org.hamcrest",
            "at java.base",
        ]
        .iter()
        .any(|start| frame.starts_with(start));
        let library = framework
            || LIBRARIES.iter().any(|library| path.contains(library) || frame.ends_with(library));
        (named && !library && path.len() > extension.len() + 1).then_some((path, line))
    })
}

/// What cases and suites say about a test besides its outcome.
#[derive(Default)]
pub(super) struct Known {
    pub(super) properties: Vec<Property>,
    pub(super) tags: Vec<String>,
    pub(super) attachments: Vec<String>,
    pub(super) defects: Vec<String>,
    pub(super) steps: Vec<StepText>,
    pub(super) pinned: Option<Pin>,
}

/// Properties that mean something on a suite: they hold for all cases inside. Others (a build's hundreds of system
/// properties) are the suite's own.
const SUITE_PROPERTIES: &[&str] = &["priority", "description", "author", "defect"];

/// Gathers from all cases of a test, each value once.
pub(super) fn gather(occurrences: &[Occurrence<'_>], mapping: &Mapping) -> Known {
    let mut known = Known::default();
    for occurrence in occurrences {
        for suite in occurrence.report.suite_chain(occurrence.suite) {
            for property in &suite.properties {
                if SUITE_PROPERTIES.contains(&&*property.name) {
                    known.property(property, mapping);
                }
            }
        }
        let Some(extra) = &occurrence.case.extra else {
            continue;
        };
        // Rows and attempts repeat their steps.
        let steps_before = known.steps.len();
        for property in &extra.properties {
            known.property(property, mapping);
        }
        if steps_before > 0 {
            known.steps.truncate(steps_before);
        }
        for tag in &extra.tags {
            known.tag(tag, mapping);
        }
    }
    known
}

impl Known {
    fn property(&mut self, property: &Property, mapping: &Mapping) {
        let (name, value) = (&*property.name, text::clean(&property.value));
        if name == mapping.id_property {
            self.pinned = self.pinned.or_else(|| pin(&value));
        } else if name == "attachment" || name.starts_with("attachment") {
            push_new(&mut self.attachments, value);
        } else if name == "defect" {
            push_new(&mut self.defects, value);
        } else if name == "step" || name.starts_with("step[") {
            if !value.is_empty() {
                self.steps.push(StepText { step: value, ..StepText::placeholder() });
            }
        } else if !self.properties.contains(property) {
            self.properties.push(property.clone());
        }
    }

    fn tag(&mut self, tag: &Tag, mapping: &Mapping) {
        match tag {
            Tag::Attachment(path) => push_new(&mut self.attachments, text::clean(path)),
            Tag::Defect(key) => push_new(&mut self.defects, text::clean(key)),
            Tag::Test(test) => self.pinned = self.pinned.or_else(|| pin(&text::clean(test))),
            Tag::Property(property) => self.property(property, mapping),
        }
    }
}

fn push_new(values: &mut Vec<String>, value: String) {
    if !value.is_empty() && !values.contains(&value) {
        values.push(value);
    }
}

/// `TC-5117` is a key, `4711` an id.
fn pin(written: &str) -> Option<Pin> {
    let written = written.trim();
    match written.strip_prefix("TC-").or_else(|| written.strip_prefix("tc-")) {
        Some(key) => key.parse().ok().map(Pin::Key),
        None => written.parse().ok().map(Pin::Id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_in_the_traces_of_many_languages() {
        let found = |trace: &'static str| in_trace(trace);
        assert_eq!(
            found("def test():\n>  assert 1\nE  x\n\ntest_cart.py:7: AssertionError"),
            Some(("test_cart.py", 7))
        );
        assert_eq!(
            found(
                "Error: x\n    at Object.<anonymous> (/home/ci/shop/cart.test.js:12:15)\n at node:internal/x:1"
            ),
            Some(("/home/ci/shop/cart.test.js", 12))
        );
        assert_eq!(
            found("thread 'x' panicked at src/lib.rs:12:5:\nboom"),
            Some(("src/lib.rs", 12))
        );
        assert_eq!(
            found(
                "x\n\tat org.junit.Assert.fail(Assert.java:86)\n\tat example.CartTest.adds(CartTest.java:31)"
            ),
            Some(("CartTest.java", 31))
        );
        assert_eq!(found("expected 12:30 but got 12:31 at http://x.example:80/y"), None);
        assert_eq!(found("no place here"), None);
    }

    #[test]
    fn pins_are_keys_or_ids() {
        assert_eq!(pin("TC-5117"), Some(Pin::Key(5117)));
        assert_eq!(pin(" 12 "), Some(Pin::Id(12)));
        assert_eq!(pin("JIRA-12"), None);
    }
}
