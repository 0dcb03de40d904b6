//! Which words of a failure say what happened.
//!
//! That is the `message` attribute, or else the first line of the text, except where a tool writes the same attribute
//! for every failure or puts other lines in front. The words are returned as written.

use crate::formats::model::Detail;
use crate::text::printable;

fn says_something(words: &str) -> bool {
    !printable(words).trim().is_empty()
}

/// The `message` attribute, unless it is blank.
fn attribute(detail: &Detail) -> Option<&str> {
    detail.message.as_deref().filter(|words| says_something(words))
}

/// The lines of the text that are not blank.
fn lines(detail: &Detail) -> impl DoubleEndedIterator<Item = &str> {
    detail.text.iter().flat_map(|text| text.lines()).filter(|line| says_something(line))
}

/// The attribute, or else the first line.
pub(super) fn written(detail: &Detail) -> Option<&str> {
    written_after(detail, |_| false)
}

/// The attribute, or else the first line that is not part of a preamble, or else the first line.
fn written_after(detail: &Detail, is_preamble: impl Fn(&str) -> bool) -> Option<&str> {
    attribute(detail)
        .or_else(|| lines(detail).find(|line| !is_preamble(line.trim())))
        .or_else(|| lines(detail).next())
}

/// In Ruby the attribute is `failed NAME` for every failure.
pub(super) fn cucumber(detail: &Detail) -> Option<&str> {
    attribute(detail).filter(|words| !words.starts_with("failed ")).or_else(|| text_first(detail))
}

fn text_first(detail: &Detail) -> Option<&str> {
    lines(detail).next().or_else(|| attribute(detail))
}

/// Without an attribute, a traceback is represented by its exception.
pub(super) fn python(detail: &Detail) -> Option<&str> {
    attribute(detail).or_else(|| exception(detail)).or_else(|| lines(detail).next())
}

/// As [`python`], but every failure has the same attribute.
pub(super) fn nose2(detail: &Detail) -> Option<&str> {
    attribute(detail)
        .filter(|words| !is_of_nose2(words))
        .or_else(|| exception(detail))
        .or_else(|| text_first(detail))
}

fn is_of_nose2(words: &str) -> bool {
    words == "test failure"
}

/// As [`python`], but the error of a fixture is in quotes: `failed on setup with "RuntimeError: no db"`.
pub(super) fn pytest(detail: &Detail) -> Option<&str> {
    fixture_error(detail).or_else(|| python(detail))
}

fn fixture_error(detail: &Detail) -> Option<&str> {
    let message = detail.message.as_deref()?.trim();
    let quoted = ["failed on setup with \"", "failed on teardown with \""]
        .iter()
        .find_map(|start| message.strip_prefix(start))?;
    Some(quoted.strip_suffix('"').unwrap_or(quoted)).filter(|error| says_something(error))
}

/// Of a traceback, the exception after its innermost frame.
fn exception(detail: &Detail) -> Option<&str> {
    let is_traceback = lines(detail)
        .next()
        .is_some_and(|line| line.trim().starts_with("Traceback (most recent call last)"));
    let text = detail.text.as_deref().filter(|_| is_traceback)?;
    let last_frame = text.rfind("\n  File \"").map_or(text, |at| &text[at + 1..]);
    let mut after_frame = last_frame.lines().skip(1).filter(|line| !line.starts_with(' '));
    after_frame.find(|line| says_something(line)).or_else(|| lines(detail).next_back())
}

/// A panic is represented by the line after the one with its thread and location.
pub(super) fn rust(detail: &Detail) -> Option<&str> {
    attribute(detail)
        .filter(|words| !is_panic_line(words.trim()))
        .or_else(|| panic(detail))
        .or_else(|| written(detail))
}

/// As [`rust`], but the attribute is `failed NAME` for every failure.
pub(super) fn cargo2junit(detail: &Detail) -> Option<&str> {
    panic(detail).or_else(|| text_first(detail))
}

fn panic(detail: &Detail) -> Option<&str> {
    lines(detail).skip_while(|line| !is_panic_line(line.trim())).nth(1)
}

/// `thread 'tests::total' (466) panicked at src/lib.rs:9:62:`
fn is_panic_line(line: &str) -> bool {
    line.starts_with("thread '") && line.contains("panicked at ") && !line.contains('\n')
}

/// The name of the test comes first.
pub(super) fn phpunit(detail: &Detail) -> Option<&str> {
    written_after(detail, is_test_name)
}

fn is_test_name(line: &str) -> bool {
    line.contains("::") && !line.contains([' ', '/'])
}

/// A heading comes first.
pub(super) fn catch2(detail: &Detail) -> Option<&str> {
    written_after(detail, is_heading)
}

fn is_heading(line: &str) -> bool {
    line == "FAILED:"
}

/// The diagnostics are YAML, whose first keys say less than its last.
pub(super) fn tap(detail: &Detail) -> Option<&str> {
    written_after(detail, is_yaml_key)
}

fn is_yaml_key(line: &str) -> bool {
    const KEYS: [&str; 6] = ["at:", "stack: |", "diff: |", "compare: ", "operator: ", "message: |"];
    ["---", "..."].contains(&line) || KEYS.iter().any(|key| line.starts_with(key))
}

/// All rules above, for reports of unrecognised tools.
pub(super) fn of_any_tool(detail: &Detail) -> Option<&str> {
    let is_preamble = |line: &str| is_test_name(line) || is_heading(line) || is_yaml_key(line);
    let attribute =
        attribute(detail).filter(|words| !is_of_nose2(words) && !is_panic_line(words.trim()));
    fixture_error(detail)
        .or(attribute)
        .or_else(|| exception(detail))
        .or_else(|| panic(detail))
        .or_else(|| lines(detail).find(|line| !is_preamble(line.trim())))
        .or_else(|| written(detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_pytest_fixture_is_the_quoted_text() {
        let of = |message: &str| {
            let message = Some(message.into());
            let text = Some("@pytest.fixture\ndef db():\n>   raise RuntimeError('no db')".into());
            pytest(&Detail { message, text, kind: None }).map(str::to_owned)
        };
        assert_eq!(
            of("failed on setup with \"RuntimeError: no db\"").as_deref(),
            Some("RuntimeError: no db")
        );
        assert_eq!(of("failed on teardown with \"E: \"a\"\"").as_deref(), Some("E: \"a\""));
        assert_eq!(of("failed on setup with \"cut").as_deref(), Some("cut"));
        assert_eq!(of("failed on setup with \"\"").as_deref(), Some("failed on setup with \"\""));
        assert_eq!(of("assert 1 == 2").as_deref(), Some("assert 1 == 2"));
    }
}
