//! Output of tools that is no report, or none that can be read without guessing, and what to ask these tools for.

/// What such output is, and what to do, to be read behind `FILE is`. None if the beginning of the file does not tell.
pub(super) fn for_output(head: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(head);
    let has_line = |is: fn(&str) -> bool| text.lines().any(is);
    if is_samples_of_k6(&text) {
        return Some(
            "a list of samples of k6: import the summary that `k6 run --summary-export FILE` writes",
        );
    }
    if has_line(is_pest) {
        return Some("what Pest prints: pass `--log-junit FILE`, and import FILE");
    }
    if has_line(is_phpunit) || is_testdox(&text) {
        return Some(
            "what PHPUnit prints, or its TestDox, which names no methods: pass `--log-junit FILE`, and import FILE",
        );
    }
    None
}

/// `k6 run --out json=FILE`: a definition of a metric comes first.
fn is_samples_of_k6(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    line.starts_with('{')
        && line.contains("\"type\":\"Metric\"")
        && line.contains("\"data\":{")
        && line.contains("\"contains\":")
}

/// `PHPUnit 9.6.20 by Sebastian Bergmann and contributors.`
fn is_phpunit(line: &str) -> bool {
    line.starts_with("PHPUnit ") && line.contains(" by Sebastian Bergmann")
}

/// `   PASS  Tests\Unit\CartTest`, in front of ` ✓ adds`.
fn is_pest(line: &str) -> bool {
    let word = line.trim_start();
    ["PASS  ", "FAIL  ", "WARN  "].iter().any(|start| {
        word.strip_prefix(start)
            .is_some_and(|class| class.contains('\\') && !class.trim_end().contains([' ', '/']))
    })
}

/// A title for each class, and a line for each of its tests, indented by one space.
fn is_testdox(text: &str) -> bool {
    const MARKS: [&str; 7] =
        [" [x] ", " [ ] ", " \u{2714} ", " \u{2718} ", " \u{2205} ", " \u{21a9} ", " \u{2622} "];
    let is_test = |line: &str| MARKS.iter().any(|mark| line.starts_with(mark));
    let lines = || text.lines();
    let titled = lines().zip(lines().skip(1)).find(|(_, line)| is_test(line));
    titled.is_some_and(|(title, _)| title.starts_with(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_of_known_tools_says_what_to_ask_them_for() {
        for (head, expected) in [
            (
                r#"{"type":"Metric","data":{"name":"vus","type":"gauge","contains":"default"},"metric":"vus"}"#,
                Some("--summary-export"),
            ),
            ("\n   PASS  Tests\\Unit\\CartTest\n  \u{2713} adds\n", Some("Pest")),
            ("PHPUnit 9.6.20 by Sebastian Bergmann and contributors.\n\n..\n", Some("--log-junit")),
            ("Cart (example\\Cart)\n [x] Adds\n [ ] Pays\n\n", Some("--log-junit")),
            ("Cart\n \u{2714} Adds\n", Some("--log-junit")),
            ("Todo\n- [x] write\n- [ ] test\n", None),
            (" [x] write\n", None),
            ("PASS  src/cart.test.js\n", None),
            (r#"{"type":"Metric","value":1}"#, None),
            ("", None),
        ] {
            let found = for_output(head.as_bytes());
            assert_eq!(found.is_some(), expected.is_some(), "{head}");
            assert!(found.unwrap_or_default().contains(expected.unwrap_or_default()), "{head}");
        }
    }
}
