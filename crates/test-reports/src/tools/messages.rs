//! Which words of a failure say what happened.
//!
//! That is the `message` attribute, or else the first line of the text, except where a tool writes the same attribute
//! for every failure or puts other lines in front. The words are returned as written.

use memchr::memmem;

use crate::formats::model::Detail;
use crate::text::printable;

fn says_something(words: &str) -> bool {
    !printable(words).trim().is_empty()
}

/// The `message` attribute, unless it is blank, or only says that something failed and where, and the text says more.
fn attribute(detail: &Detail) -> Option<&str> {
    let has_text = || detail.text.as_deref().is_some_and(says_something);
    let words = detail.message.as_deref().filter(|words| says_something(words))?;
    (!(only_says_that(words.trim()) && has_text()))
        .then(|| with_line_breaks(detail, words.trim()).unwrap_or(words))
}

/// The part of the text that `words` are without its line breaks: Node 20 writes `equal:4 !== 5` into the attribute.
fn with_line_breaks<'a>(detail: &'a Detail, words: &str) -> Option<&'a str> {
    let text = detail.text.as_deref()?;
    if words.contains('\n') || memmem::find(text.as_bytes(), words.as_bytes()).is_some() {
        return None;
    }
    let first = words.split(char::is_whitespace).next()?;
    text.match_indices(first).take(4).find_map(|(start, _)| {
        let rest = text.get(start..)?;
        let mut written = rest.char_indices().filter(|(_, character)| !character.is_whitespace());
        let mut end = 0;
        for character in words.chars().filter(|character| !character.is_whitespace()) {
            let (at, _) = written.next().filter(|(_, found)| *found == character)?;
            end = at + character.len_utf8();
        }
        // Where there are spaces in their place, nothing is lost.
        let has_spaces = |found: &str| found.split_whitespace().eq(words.split_whitespace());
        let ends = rest.get(end..)?.chars().next().is_none_or(|next| !next.is_alphanumeric());
        rest.get(..end).filter(|found| ends && found.contains('\n') && !has_spaces(found))
    })
}

fn only_says_that(words: &str) -> bool {
    const NOTHING: [&str; 8] = [
        "failed",
        "failure",
        "error",
        "test failed",
        "testcase failed",
        "test crashed",
        "test failure",
        "assertion failed",
    ];
    let is_place = |words: &str| {
        let (path, line) = words.rsplit_once(':').unwrap_or_default();
        path.contains(['/', '.']) && !path.contains(' ') && line.parse::<u32>().is_ok()
    };
    let bare = words.trim_end_matches(['.', '!']).to_ascii_lowercase();
    NOTHING.contains(&&*bare)
        || words.ends_with("see stacktrace for details")
        // gdUnit4: `FAILED: res://test/cart_test.gd:12`
        || is_place(words.strip_prefix("FAILED: ").unwrap_or(words))
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
    attribute(detail).or_else(|| {
        let mut found = lines(detail).find(|line| !is_preamble(line.trim()));
        found = found.or_else(|| lines(detail).next());
        found.map(|line| with_values(detail, line))
    })
}

/// A line of the text with the lines below it up to a blank one, if it only introduces them: `Expecting:`.
fn with_values<'a>(detail: &'a Detail, line: &'a str) -> &'a str {
    let whole = || {
        let (_, below) = detail.text.as_deref()?.split_once(line)?;
        let end = below.find("\n\n").unwrap_or(below.len());
        let length = line.len() + end;
        let start = detail.text.as_deref()?.len() - below.len() - line.len();
        detail.text.as_deref()?.get(start..start + length)
    };
    if line.trim_end().ends_with(':') { whole().unwrap_or(line) } else { line }
}

/// The attribute unless it `says_nothing`, or else the first line.
pub(super) fn unless(detail: &Detail, says_nothing: impl Fn(&str) -> bool) -> Option<&str> {
    attribute(detail).filter(|words| !says_nothing(words.trim())).or_else(|| text_first(detail))
}

/// In Ruby the attribute is `failed NAME` for every failure.
pub(super) fn cucumber(detail: &Detail) -> Option<&str> {
    unless(detail, |words| words.starts_with("failed "))
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

/// As [`python`], but the error of a fixture is in quotes, `failed on setup with "RuntimeError: no db"`, and other errors
/// outside of tests are only in the lines that start with `E`.
pub(super) fn pytest(detail: &Detail) -> Option<&str> {
    const SAY_NOTHING: [&str; 4] =
        ["collection failure", "test setup failure", "test teardown failure", "internal error"];
    fixture_error(detail)
        .or_else(|| attribute(detail).filter(|words| !SAY_NOTHING.contains(&words.trim())))
        .or_else(|| marked_error(detail))
        .or_else(|| python(detail))
}

/// The exception in the last lines that start with `E`. A syntax error has its place there too.
fn marked_error(detail: &Detail) -> Option<&str> {
    let text = detail.text.as_deref()?;
    let marked = |line: &&str| line.starts_with("E ");
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(marked)?;
    let first = lines[..last].iter().rposition(|line| !marked(line)).map_or(0, |before| before + 1);
    let block = lines[first..=last].iter().map(|line| line[1..].trim());
    let is_exception = |line: &&str| {
        let kind = line.split(':').next().unwrap_or_default();
        ["Error", "Exception", "Exit", "Warning"].iter().any(|end| kind.ends_with(end))
            && !kind.contains(' ')
    };
    block.clone().find(is_exception).or_else(|| block.clone().find(|line| !line.is_empty()))
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

/// A panic is represented by the line after the one with its thread and location, a process that ended otherwise by the
/// type: `test failure with exit code 3`.
pub(super) fn rust(detail: &Detail) -> Option<&str> {
    attribute(detail)
        .filter(|words| !is_panic_line(words.trim()))
        .or_else(|| panic(detail))
        .or_else(|| written(detail))
        .or_else(|| detail.kind.as_deref().filter(|kind| says_something(kind)))
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
    let name = line.split(" with data set ").next().unwrap_or_default();
    // Codeception: `SignInCest: sign in`.
    let is_cest = || name.split_once(": ").is_some_and(|(class, _)| class.ends_with("Cest"));
    (name.contains("::") && !name.contains([' ', '/'])) || is_cest()
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
    const KEYS: [&str; 11] = [
        "at:",
        "stack: |",
        "diff: |",
        "compare: ",
        "operator: ",
        "message: |",
        "duration_ms: ",
        "location: ",
        "failureType: ",
        "exitCode: ",
        "signal: ",
    ];
    ["---", "..."].contains(&line) || KEYS.iter().any(|key| line.starts_with(key))
}

/// An assertion of jest is represented by its values, unless the author wrote a message.
pub(super) fn jest(detail: &Detail) -> Option<&str> {
    let header = lines(detail).find(|line| line.contains("expect(")).filter(|line| {
        let line = line.trim();
        line.strip_prefix("Error: ").unwrap_or(line).starts_with("expect(")
    });
    let text = detail.text.as_deref().unwrap_or_default();
    // Up to the stack.
    let end_of = |start: usize| {
        let after = &text[start..];
        start + after.find("\n    at ").unwrap_or(after.len())
    };
    let values = || {
        let start = text.find(header?)?;
        let start = start + text[start..].find("\nExpected")? + 1;
        let after = text[start..].find("\n\n").map_or(text.len(), |length| start + length);
        Some(&text[start..end_of(start).min(after)])
    };
    let whole = || {
        let header = header?.trim();
        let header = header.strip_prefix("Error: ").unwrap_or(header);
        let start = text.find(header)?;
        Some(text[start..end_of(start)].trim_end())
    };
    values().or_else(whole).or_else(|| written(detail))
}

/// As [`jest`]; the text starts with a heading.
pub(super) fn playwright(detail: &Detail) -> Option<&str> {
    let is_bare = |words: &&str| words.trim_start().starts_with("expect(");
    attribute(detail)
        .filter(|words| !is_bare(words))
        .or_else(|| {
            // The lines of the values are indented.
            let text = detail.text.as_deref()?;
            let start = text.find("\n    Expected")? + 1;
            let end = text[start..].find("\n\n").unwrap_or(text.len() - start);
            Some(&text[start..start + end])
        })
        .or_else(|| {
            let text = detail.text.as_deref()?;
            let start = text.find("expect(")?;
            let after = &text[start..];
            Some(after[..after.find("\n        at ").unwrap_or(after.len())].trim_end())
        })
        .or_else(|| written(detail))
}

/// The attribute is `Failed` for every failure, and everything that a skipped test wrote. The words follow the place,
/// `cart_test.go:32: `, or a panic. A test whose subtests failed has none.
pub(super) fn go(detail: &Detail) -> Option<&str> {
    let texts = [detail.text.as_deref(), detail.message.as_deref()];
    let texts = || texts.into_iter().flatten();
    let lines = || texts().flat_map(str::lines).filter(|line| says_something(line));
    // testify writes a table behind the place.
    let table = || {
        texts().find_map(|text| {
            let start = text.find("\tError:")? + "\tError:".len();
            let end = text[start..].find("\tTest:").unwrap_or(text.len() - start);
            Some(&text[start..start + end])
        })
    };
    let after_place = |line| {
        let (place, words): (&str, &str) = str::trim(line).split_once(": ")?;
        let (file, line) = place.rsplit_once(':')?;
        let file = file.rsplit_once(".go:").map_or(file, |(file, _)| file);
        let is_place =
            line.parse::<u32>().is_ok() && (file.ends_with(".go") || place.contains(".go:"));
        (is_place && says_something(words)).then_some(words)
    };
    let is_heading = |line: &str| ["=== ", "--- "].iter().any(|start| line.starts_with(start));
    lines()
        .find_map(after_place)
        .or_else(table)
        .or_else(|| lines().find(|line| line.trim().starts_with("panic: ")))
        .or_else(|| lines().find(|line| !is_heading(line.trim())))
}

/// Without the class of an assertion in front, which Gradle writes.
pub(super) fn jvm(detail: &Detail) -> Option<&str> {
    const ASSERTIONS: [&str; 6] = [
        "java.lang.AssertionError: ",
        "org.opentest4j.AssertionFailedError: ",
        "org.junit.ComparisonFailure: ",
        "junit.framework.AssertionFailedError: ",
        "junit.framework.ComparisonFailure: ",
        "kotlin.AssertionError: ",
    ];
    let words = written(detail)?;
    let bare = ASSERTIONS.iter().find_map(|class| words.trim_start().strip_prefix(class));
    Some(bare.filter(|words| says_something(words)).unwrap_or(words))
}

/// The place comes first, on a line of its own (`shop_test.cpp:31`, `Shop.hs:15:`, `unknown file`) or in front of the
/// words (`cart_test.cpp:18: expected 3`).
pub(super) fn after_place(detail: &Detail) -> Option<&str> {
    let text = || detail.text.as_deref().filter(|text| says_something(text));
    let words = attribute(detail).or_else(text)?.trim_start();
    let is_place = |place: &str| {
        let place = place.trim().trim_end_matches(':');
        place == "unknown file"
            || place.rsplit_once(':').is_some_and(|(_, line)| line.parse::<u32>().is_ok())
    };
    let (first, rest) = words.split_once('\n').unwrap_or((words, ""));
    let rest = match first.split_once(": ") {
        Some((place, _)) if is_place(place) && !place.contains(' ') => &words[place.len() + 2..],
        _ if is_place(first) => rest,
        _ => words,
    };
    Some(if says_something(rest) { rest } else { words })
}

/// minitest-reporters cuts the attribute; the words follow `[test/cart_test.rb:9]:` in the text.
pub(super) fn minitest(detail: &Detail) -> Option<&str> {
    let after_place = || {
        let text = detail.text.as_deref()?;
        Some(&text[text.find("]:\n")? + 3..]).filter(|words| says_something(words))
    };
    after_place().or_else(|| written(detail))
}

/// `words` with a first line that says what failed: `Expected: 5` and `Received: 4` are joined, and so are the lines
/// behind a colon. The other lines follow.
pub(super) fn with_headline(words: &str) -> String {
    // CppUTest writes line breaks like this.
    let words = &*words.replace("{newline}", "\n");
    const SECOND: [&str; 6] = ["received", "got", "actual", "but was", "but got", "but:"];
    let mut lines = words.trim().lines();
    let first = lines.next().unwrap_or_default().trim();
    let rest: Vec<&str> = lines.collect();
    let starts = |line: &str, word: &str| {
        line.trim_start().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    let is_second = |line: &&str| SECOND.iter().any(|word| starts(line, word));
    let has_expected =
        starts(first, "expected") || rest.iter().take(2).any(|line| starts(line, "expected"));
    let values = rest.iter().take(3).position(is_second).filter(|_| has_expected);
    let is_blank = |line: &&str| line.trim().is_empty();
    // `Expected`, `<int>: 2`, `to equal`, `<int>: 3`.
    let is_gomega = first == "Expected";
    let values = values.filter(|_| !is_gomega);
    let joined = match values {
        // doctest writes each value on a line of its own.
        Some(last) if rest[last].trim_end().ends_with(':') => (last + 2).min(rest.len()),
        Some(last) => last + 1,
        // Spock writes an empty line before the condition.
        None if first.ends_with(':') && rest.first().is_some_and(is_blank) => rest.len().min(2),
        None if first.ends_with(':') || is_gomega => {
            rest.iter().take(4).position(is_blank).unwrap_or(rest.len().min(4))
        }
        None => 0,
    };
    let mut headline = first.to_owned();
    let difference =
        difference(&rest).filter(|_| first.ends_with(':') || first.contains("expect("));
    let joined = if difference.is_some() { 0 } else { joined };
    if let Some((expected, received)) = difference {
        headline = format!("{}: {expected}, {received}", headline.trim_end_matches(':'));
    }
    for line in rest[..joined].iter().filter(|line| !line.trim().is_empty()) {
        headline += if headline.ends_with(':') || is_gomega { " " } else { ", " };
        headline.extend(line.split_whitespace().flat_map(|word| [word, " "]));
        headline.truncate(headline.trim_end().len());
    }
    if rest.is_empty() {
        // The class of an exception without words.
        headline.truncate(headline.trim_end_matches(':').len());
    }
    for line in &rest[joined..] {
        headline.push('\n');
        headline += line;
    }
    headline
}

/// The first lines of a difference between two values, as jest, Playwright and node:assert write it: `- 3` and `+ 2`.
fn difference(lines: &[&str]) -> Option<(String, String)> {
    let is_heading = |at: usize| {
        let line = lines[at].trim_start();
        let next = lines.get(at + 1).map_or("", |next| next.trim_start());
        line.starts_with("+ actual - expected")
            || (line.starts_with("- Expected") && next.starts_with("+ Received"))
    };
    let heading = (0..lines.len().min(4)).find(|&at| is_heading(at))?;
    let values = &lines[heading + 1..];
    let line_of = |sign: char, heading: &str| {
        let is_value =
            |line: &&str| line.starts_with(sign) && line.len() > 1 && !line.starts_with(heading);
        let line = values.iter().map(|line| line.trim()).find(is_value)?;
        let words: Vec<&str> = line.split_whitespace().collect();
        Some(words.join(" ").trim_end_matches(',').to_owned())
    };
    Some((line_of('-', "- Expected")?, line_of('+', "+ Received")?))
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

    fn detail(message: &str, text: &str) -> Detail {
        let of = |text: &str| Some(text.to_owned()).filter(|_| !text.is_empty());
        Detail { message: of(message).map(Into::into), text: of(text).map(Into::into), kind: None }
    }

    #[test]
    fn line_breaks_that_the_attribute_lost_are_those_of_the_text() {
        let text = "Error [ERR]: Values to be equal:\n\n4 !== 5\n    at a.js:1";
        let of = |message: &str, text: &str| written(&detail(message, text)).map(str::to_owned);
        assert_eq!(
            of("Values to be equal:4 !== 5", text).unwrap(),
            "Values to be equal:\n\n4 !== 5"
        );
        for same in ["Values to be equal: 4 !== 5", "Values to be equal:", "Values:4 !== 5"] {
            assert_eq!(of(same, text).as_deref(), Some(same));
        }
        assert_eq!(of("a", "").as_deref(), Some("a"));
        assert_eq!(of("sum of 1:2", "sum of 1:\n23 is wrong").as_deref(), Some("sum of 1:2"));
    }

    #[test]
    fn errors_outside_of_pytest_tests_are_in_marked_lines() {
        let import =
            "a.py:1: in <module>\n    import b\nE   ModuleNotFoundError: No module named 'b'";
        let syntax = "ast.py:50: in parse\nE     File \"/w/a.py\", line 1\nE       def f()\nE   SyntaxError: expected ':'";
        let fixture = "@pytest.fixture\ndef db():\n>   raise RuntimeError('no db')\nE   RuntimeError: no db\n\na.py:3: RuntimeError";
        assert_eq!(
            pytest(&detail("collection failure", import)),
            Some("ModuleNotFoundError: No module named 'b'")
        );
        assert_eq!(
            pytest(&detail("collection failure", syntax)),
            Some("SyntaxError: expected ':'")
        );
        assert_eq!(pytest(&detail("test setup failure", fixture)), Some("RuntimeError: no db"));
        assert_eq!(pytest(&detail("", fixture)), Some("RuntimeError: no db"));
    }

    #[test]
    fn assertions_are_represented_by_their_values() {
        let of = |words: Option<&str>| with_headline(words.unwrap_or_default());
        let text = "Error: expect(received).toBe(expected) // Object.is equality\n\nExpected: 5\nReceived: 4\n    at f (a.js:1:2)";
        assert_eq!(of(jest(&detail("", text))), "Expected: 5, Received: 4");
        assert_eq!(of(jest(&detail("", "TypeError: x\n    at f"))), "TypeError: x");
        let text = "  [desktop] › a.js:5:5 › adds ───\n\n    Error: expect(received)\n\n    Expected: \"a\"\n    Received: \"b\"\n\n  26 |";
        assert_eq!(
            of(playwright(&detail("expect(received).toBe(expected)", text))),
            "Expected: \"a\", Received: \"b\""
        );
        assert_eq!(
            of(go(&detail("Failed", "=== RUN   TestAdd\n    a_test.go:32: no tea\n"))),
            "no tea"
        );
        let table = "    a_test.go:5: \n\tError Trace:\ta_test.go:5\n\tError:      \tNot equal: \n\t\texpected: 1\n\t\tactual  : 2\n\tTest:  \tTestAdd";
        assert_eq!(of(go(&detail("Failed", table))), "Not equal: expected: 1, actual : 2");
        assert_eq!(
            of(go(&detail("Failed", "=== RUN   TestAdd\npanic: oops [recovered]\n"))),
            "panic: oops [recovered]"
        );
        let gradle = "org.opentest4j.AssertionFailedError: expected: <1> but was: <2>";
        assert_eq!(of(jvm(&detail(gradle, ""))), "expected: <1> but was: <2>");
        assert_eq!(of(jvm(&detail("java.lang.AssertionError", ""))), "java.lang.AssertionError");
        assert_eq!(
            of(after_place(&detail("a.cpp:3\nExpected equality of these values:\n  1\n  2", ""))),
            "Expected equality of these values: 1, 2"
        );
        assert_eq!(of(go(&detail("Failed", "=== RUN   TestAdd\n--- FAIL: TestAdd"))), "Failed");
        let skipped = "=== RUN   TestAdd\n    a_test.go:9: no water\n--- SKIP: TestAdd";
        assert_eq!(of(go(&detail(skipped, ""))), "no water");
        let text = "A::testLoads with data set \"a b\" (1, 2)\nwrong load\nFailed asserting";
        assert_eq!(of(phpunit(&detail("", text))), "wrong load");
        let text = "\nFailure:\ntest_a(T) [a_test.rb:9]:\nExpected: 1\n  Actual: 2\n";
        assert_eq!(of(minitest(&detail("Expected: 1...", text))), "Expected: 1, Actual: 2");
    }

    #[test]
    fn an_attribute_that_says_nothing_yields_to_the_text() {
        for words in ["failed", "Test failed.", "FAILED: res://test/cart_test.gd:12"] {
            assert_eq!(written(&detail(words, "2 is not 3")), Some("2 is not 3"), "{words}");
            assert_eq!(written(&detail(words, "")), Some(words));
        }
        let text = "Expecting:\n '3'\n but was\n '2'\n\nat x";
        assert_eq!(written(&detail("failed", text)), Some("Expecting:\n '3'\n but was\n '2'"));
        assert_eq!(written(&detail("failed twice", "2 is not 3")), Some("failed twice"));
        let text = "SignInCest: sign in\nFailed asserting that";
        assert_eq!(phpunit(&detail("", text)), Some("Failed asserting that"));
    }

    #[test]
    fn a_headline_joins_expected_and_actual_values() {
        for (words, headline) in [
            (
                "\nexpected: 1\n     got: 2\n\n(compared using ==)\n",
                "expected: 1, got: 2\n\n(compared using ==)",
            ),
            (
                "Assert.Equal() Failure: Values differ\nExpected: 5\nActual:   4",
                "Assert.Equal() Failure: Values differ, Expected: 5, Actual: 4",
            ),
            ("  Expected: 5\n  But was:  4", "Expected: 5, But was: 4"),
            (
                "\nExpecting actual:\n  5\nto be greater than:\n  6\n",
                "Expecting actual: 5, to be greater than: 6",
            ),
            ("boom\nmore", "boom\nmore"),
            (
                "Expected\n    <int>: 2\nto equal\n    <int>: 3",
                "Expected <int>: 2 to equal <int>: 3",
            ),
            (
                "Condition not satisfied:\n\ncart.total == 3\n|    2     false",
                "Condition not satisfied: cart.total == 3\n|    2     false",
            ),
            (
                "expect(received).toEqual(expected)\n\n- Expected  - 1\n+ Received  + 1\n\n  Array [\n-   3,\n+   2,\n  ]",
                "expect(received).toEqual(expected): - 3, + 2\n\n- Expected  - 1\n+ Received  + 1\n\n  Array [\n-   3,\n+   2,\n  ]",
            ),
            (
                "Expected values to be strictly deep-equal:\n+ actual - expected\n\n  [\n+   2\n-   3\n  ]",
                "Expected values to be strictly deep-equal: - 3, + 2\n+ actual - expected\n\n  [\n+   2\n-   3\n  ]",
            ),
            (
                "001 >>> 1 + 1\nExpected:\n    3\nGot:\n    2\n",
                "001 >>> 1 + 1, Expected: 3, Got: 2",
            ),
            ("expected <3>{newline}\tbut was  <2>", "expected <3>, but was <2>"),
            ("", ""),
        ] {
            assert_eq!(with_headline(words), headline, "{words}");
        }
    }
}
