//! Where a failure happened, as its text says. Ambiguous text yields nothing.

/// At most this many lines of a failure's text are searched.
const SEARCHED_LINES: usize = 400;

/// The file (as written) and line that the text of a failure names: the first one outside of libraries whose file
/// `is_wanted`. Python prints the innermost frame last: of its files the last one.
pub(crate) fn source_location(text: &str, is_wanted: impl Fn(&str) -> bool) -> Option<(&str, u32)> {
    let mut found = None;
    for line in text.lines().take(SEARCHED_LINES) {
        let Some((path, number)) = find_in_line(line.trim()) else {
            continue;
        };
        if is_library(path) || !is_wanted(path) {
            continue;
        }
        if !path.ends_with(".py") {
            return found.or(Some((path, number)));
        }
        found = Some((path, number));
    }
    found
}

fn is_library(path: &str) -> bool {
    [
        "node_modules",
        "node:",
        "site-packages",
        "/vendor/",
        "internal/",
        "dist-packages",
        "/rustc/",
        "/usr/lib/",
    ]
    .iter()
    .any(|library| path.contains(library))
}

/// Whether a JVM frame is one of the JDK or of a test library. Such a frame names a class, not a path.
fn is_framework(frame: &str) -> bool {
    const PACKAGES: &[&str] = &[
        "java.",
        "jdk.",
        "sun.",
        "junit.",
        "org.junit.",
        "org.opentest4j.",
        "org.assertj.",
        "org.hamcrest.",
        "org.testng.",
        "org.mockito.",
        "org.apache.maven.",
        "kotlin.",
        "scala.",
        "org.scalatest.",
        "org.spockframework.",
    ];
    // `java.base/java.util.…` starts with a module.
    PACKAGES.iter().any(|package| frame.starts_with(package))
}

fn find_in_line(line: &str) -> Option<(&str, u32)> {
    if let Some(at) = line.find("panicked at ") {
        // New: `panicked at src/lib.rs:12:5:`; old: `panicked at 'message', src/lib.rs:12:5`.
        let rest = &line[at + "panicked at ".len()..];
        let location = if rest.starts_with('\'') { rest.rsplit(", ").next()? } else { rest };
        return parse(location.trim_end_matches(':'));
    }
    // rustc: `--> src/lib.rs:3:5`; RSpec: `# ./spec/cart_spec.rb:31:in `block'`; vitest: `❯ test/price.test.js:37:5`.
    let line = ["--> ", "# ", "❯ "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line);
    if let Some(frame) = line.strip_prefix("at ") {
        if is_framework(frame) {
            return None;
        }
        let location = match frame.rsplit_once('(') {
            Some((_, inner)) => inner.strip_suffix(')')?,
            None => frame,
        };
        return parse(location.strip_prefix("file://").unwrap_or(location));
    }
    // Python: `File "tests/a.py", line 12, in test`.
    if let Some(rest) = line.strip_prefix("File \"") {
        let (path, rest) = rest.split_once("\", line ")?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        return Some((path, rest[..digits].parse().ok()?));
    }
    // pytest, Go: `tests/a.py:12: AssertionError`; PHPUnit, GoogleTest: only `path:line`.
    if let Some((location, _)) = line.split_once(":in ") {
        return parse(location);
    }
    match line.split_once(": ") {
        Some((location, _)) => parse(location),
        None => parse(line.trim_end_matches(':')),
    }
}

/// `path:line` or `path:line:column`.
fn parse(location: &str) -> Option<(&str, u32)> {
    let (start, last) = location.rsplit_once(':')?;
    let last: u32 = last.parse().ok()?;
    let (path, line) = match start.rsplit_once(':') {
        Some((path, line)) if path.len() > 1 => match line.parse() {
            Ok(line) => (path, line),
            Err(_) => (start, last),
        },
        _ => (start, last),
    };
    let name = path.rsplit(['/', '\\']).next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let is_file = !stem.is_empty()
        && (1..=6).contains(&extension.len())
        && extension.starts_with(|first: char| first.is_ascii_alphabetic())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !path.contains(['"', '\'', '<', '>', '(', '\t']);
    let is_address = path.contains("://") && !path.starts_with("file://");
    (is_file && !is_address && line > 0).then_some((path, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(&str, u32)> {
        source_location(text, |_| true)
    }

    #[test]
    fn locations_of_every_language_are_found() {
        assert_eq!(
            found(
                "def test_a():\n>   assert 0\n\ntests/util.py:3: in f\n    g()\ntests/test_a.py:7: AssertionError"
            ),
            Some(("tests/test_a.py", 7))
        );
        assert_eq!(
            found("thread 'tests::fails' (16257) panicked at src/lib.rs:9:62:\nassertion failed"),
            Some(("src/lib.rs", 9))
        );
        assert_eq!(
            found("thread 'x' panicked at 'a, b', src/lib.rs:12:5\nnote: run with"),
            Some(("src/lib.rs", 12))
        );
        assert_eq!(
            found(
                "Error: x\n    at Object.<anonymous> (/w/node_modules/jest/i.js:1:2)\n    at f (/w/a.test.js:4:9)"
            ),
            Some(("/w/a.test.js", 4))
        );
        assert_eq!(
            found("MyTest::testA\nFailed asserting\n\n/home/ci/tests/MyTest.php:12"),
            Some(("/home/ci/tests/MyTest.php", 12))
        );
        assert_eq!(found("=== RUN   TestFails\n    a_test.go:4: msg"), Some(("a_test.go", 4)));
        assert_eq!(found("gt.cpp:3\nExpected equality"), Some(("gt.cpp", 3)));
        assert_eq!(
            found(
                "Traceback\n  File \"/w/test_ut.py\", line 5, in test_fail\n    self.assertEqual(1, 2)"
            ),
            Some(("/w/test_ut.py", 5))
        );
    }

    #[test]
    fn frames_of_libraries_are_skipped() {
        assert_eq!(
            found(
                "expected: <1>\n\tat org.junit.jupiter.api.AssertionFailureBuilder.build(AssertionFailureBuilder.java:151)\n\tat java.base/java.lang.reflect.Method.invoke(Method.java:580)\n\tat example.shop.CartTest.adds(CartTest.java:31)"
            ),
            Some(("CartTest.java", 31))
        );
        assert_eq!(
            found("no clock\n ❯ test/login.test.js:13:11"),
            Some(("test/login.test.js", 13))
        );
        assert_eq!(
            found("expected\n# ./spec/cart_spec.rb:31:in 'block'"),
            Some(("./spec/cart_spec.rb", 31))
        );
    }

    #[test]
    fn text_that_only_resembles_a_location_is_ignored() {
        for text in [
            "expected: 1",
            "at 12:30:15",
            "see http://example.com:80",
            "a:b",
            "",
            "ratio 1.5:2",
            "x.y:0",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
