//! What `go test` prints, made from the events of `go test -json`: passed tests say nothing, unless they are called with `-v`.

use std::collections::HashMap;

use serde::Deserialize;

/// An event, as far as it matters here (source: `go doc test2json`).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    action: String,
    #[serde(default)]
    package: String,
    #[serde(default)]
    test: String,
    #[serde(default)]
    output: String,
}

/// Makes text of events, line by line.
#[derive(Debug)]
pub(super) struct GoOutput {
    verbose: bool,
    /// What tests printed that have not ended, by package and test.
    held: HashMap<(String, String), String>,
}

impl GoOutput {
    /// `verbose` shows what all tests print.
    pub(super) fn new(verbose: bool) -> Self {
        Self { verbose, held: HashMap::new() }
    }

    /// The text for a line of the output. A line that is no event is shown as it is.
    pub(super) fn line(&mut self, line: &[u8]) -> Vec<u8> {
        let Ok(Event { action, package, test, output }) = serde_json::from_slice(line) else {
            return line.to_vec();
        };
        if self.verbose {
            return output.into_bytes();
        }
        if test.is_empty() {
            // A package that crashed leaves tests without an end.
            let mut text = if action == "fail" { self.unfinished(&package) } else { String::new() };
            // Only `-v` prints this line for each package.
            if output != "PASS\n" {
                text += &output;
            }
            return text.into_bytes();
        }
        // A subtest is shown with its test, which fails with it.
        let top = test.split('/').next().unwrap_or_default().to_owned();
        let is_top = top == test;
        let key = (package, top);
        match action.as_str() {
            "output" => {
                let starts = ["=== RUN", "=== PAUSE", "=== CONT", "=== NAME"];
                if !starts.iter().any(|start| output.starts_with(start)) {
                    self.held.entry(key).or_default().push_str(&output);
                }
                Vec::new()
            }
            "fail" if is_top => self.held.remove(&key).unwrap_or_default().into_bytes(),
            "pass" | "skip" if is_top => {
                self.held.remove(&key);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// What the tests of `package` printed that have not ended.
    fn unfinished(&mut self, package: &str) -> String {
        let mut left: Vec<_> = self.held.extract_if(|(of, _), _| of == package).collect();
        left.sort();
        left.into_iter().map(|(_, text)| text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: &str = r#"{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- PASS: TestA (0.00s)\n"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestB","Output":"=== RUN   TestB\n"}
{"Action":"output","Package":"p","Test":"TestB/x","Output":"    b_test.go:5: no\n"}
{"Action":"fail","Package":"p","Test":"TestB/x"}
{"Action":"output","Package":"p","Test":"TestB","Output":"--- FAIL: TestB (0.00s)\n"}
{"Action":"fail","Package":"p","Test":"TestB","Elapsed":0}
{"Action":"output","Package":"r","Test":"TestC","Output":"panic: lost\n"}
{"Action":"fail","Package":"r"}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.01s\n"}
FAIL	q [build failed]
"#;

    fn shown(verbose: bool) -> String {
        let mut output = GoOutput::new(verbose);
        let text: Vec<u8> =
            EVENTS.split_inclusive('\n').flat_map(|line| output.line(line.as_bytes())).collect();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn failures_and_packages_are_shown_and_with_v_everything() {
        assert_eq!(
            shown(false),
            "    b_test.go:5: no\n--- FAIL: TestB (0.00s)\npanic: lost\nok  \tp\t0.01s\nFAIL\tq [build failed]\n"
        );
        assert!(shown(true).starts_with("=== RUN   TestA\n--- PASS: TestA (0.00s)\n=== RUN"));
    }
}
