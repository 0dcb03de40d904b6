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
        "/lib/python",
        "/lib/ruby/",
        "/go/src/",
        "/go/pkg/mod/",
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
    // rustc: `--> src/lib.rs:3:5`; RSpec: `# ./spec/cart_spec.rb:31:in `block'`; vitest: `❯ test/price.test.js:37:5`;
    // pytest: `E  File "a.py", line 1`; intern: `@ tests/cart.js:14:24`.
    let marks = ["--> ", "# ", "❯ ", "E  ", "@ "];
    let line = marks.iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line).trim_start();
    // Ginkgo: `In [It] at: /w/cart_test.go:41 @ 11/20/26 10:00:00`; minitest: `test_a(Cart) [test/cart_test.rb:9]:`.
    if let Some((_, location)) = line.split_once("] at: ") {
        return parse(location.split(" @ ").next()?.trim());
    }
    if let Some((_, location)) = line.strip_suffix("]:").and_then(|line| line.rsplit_once(" [")) {
        return parse(location);
    }
    if let Some(frame) = line.strip_prefix("at ") {
        if is_framework(frame) {
            return None;
        }
        let location = match (frame.rsplit_once('('), frame.rsplit_once(" @ ")) {
            (Some((_, inner)), _) => inner.strip_suffix(')')?,
            (None, Some((_, location))) => location,
            (None, None) => frame,
        };
        return parse(location.strip_prefix("file://").unwrap_or(location));
    }
    // Python: `File "tests/a.py", line 12, in test`.
    if let Some(rest) = line.strip_prefix("File \"") {
        let (path, rest) = rest.split_once("\", line ")?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        return Some((path, rest[..digits].parse().ok()?));
    }
    // A panic in Go: `/w/deck/deck_test.go:20 +0x45`.
    if let Some((location, _)) = line.split_once(" +0x") {
        return parse(location);
    }
    // Dart: `test/cart_test.dart 7:5    main.<fn>`.
    if let Some((path, rest)) = line.split_once(".dart ") {
        let number = rest.trim_start().split(':').next()?.parse().ok()?;
        return Some((&line[..path.len() + ".dart".len()], number));
    }
    // Terraform: `on tests/cart.tftest.hcl line 16, in run "fails":`.
    if let Some((path, rest)) = line.strip_prefix("on ").and_then(|line| line.split_once(" line "))
    {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        return Some((path, rest[..digits].parse().ok()?));
    }
    // Haskell: `error, called at Shop.hs:16:88 in main:Main`.
    if let Some((location, _)) =
        line.split_once("called at ").and_then(|(_, rest)| rest.split_once(" in "))
    {
        return parse(location);
    }
    // R: `2 is not 3 ('test-cart.R:9')`, `2 is not 3 (test-cart.R:9:3)`.
    if let Some((_, location)) = line.strip_suffix(')').and_then(|line| line.rsplit_once('('))
        && location.contains(".R:")
    {
        return parse(location.trim_matches('\''));
    }
    // Erlang: `in function cart_tests:adds_test/0 (test/cart_tests.erl, line 6)`.
    if let Some((start, line)) = line.strip_suffix(')').and_then(|line| line.rsplit_once(", line "))
    {
        return Some((start.rsplit_once('(')?.1, line.parse().ok()?));
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
        assert_eq!(
            found(
                "/opt/py/lib/python3.11/ast.py:50: in parse\nE     File \"/w/a.py\", line 3\nE   SyntaxError: x"
            ),
            Some(("/w/a.py", 3))
        );
        assert_eq!(
            found("[FAILED] no\nIn [It] at: /w/cart_test.go:41 @ 11/20/26 10:00:00.123"),
            Some(("/w/cart_test.go", 41))
        );
        for text in [
            "Error: Test assertion failed\n\n  on a.tftest.hcl line 16, in run \"fails\":\n  16: x",
            "AssertionError: no\n  at Test.test @ a.tftest.hcl:16:47",
            "Error: no database\n  @ a.tftest.hcl:16:24",
            "no price\nCallStack (from HasCallStack):\n  error, called at a.tftest.hcl:16:88 in main:Main",
        ] {
            assert_eq!(found(text), Some(("a.tftest.hcl", 16)), "{text}");
        }
        let panic = "panic: sank [recovered]\n\ngoroutine 7 [running]:\ntesting.tRunner.func1()\n\t/usr/lib/go-1.19/src/testing/testing.go:1396 +0x24e\n\t/w/deck_test.go:20 +0x45";
        assert_eq!(found(panic), Some(("/w/deck_test.go", 20)));
        let dart = "Expected: <3>\n  Actual: <2>\n\npackage:matcher      expect\ntest/a_test.dart 7:5      main.<fn>";
        assert_eq!(found(dart), Some(("test/a_test.dart", 7)));
        assert_eq!(found("2 is not 3 ('test-a.R:9')"), Some(("test-a.R", 9)));
        assert_eq!(found("2 is not 3 (test-a.R:9:3)"), Some(("test-a.R", 9)));
        assert_eq!(
            found("test_a(Cart) [test/cart_test.rb:9]:\nExpected"),
            Some(("test/cart_test.rb", 9))
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
