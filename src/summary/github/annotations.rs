//! Workflow commands that mark lines of source files.

use crate::summary::highlights;
use crate::summary::layout::{grouped, outcome_word};
use crate::summary::text::TextOptions;
use crate::summary::writers::Writer;
use crate::summary::{FileFlaw, Summary, SummaryError, escape};
use test_reports::record::{RunError, TestRecord};
use test_reports::text;

/// GitHub shows 10 errors of a step; the last one says how many more there are.
const SHOWN: usize = 9;

/// At most this many import errors, damaged reports and run errors each come before the failures.
const OF_EACH_OTHER_KIND: usize = 2;

/// The longest title and path, and the longest message, in characters.
const TITLE_CHARS: usize = 250;
const MESSAGE_CHARS: usize = 1000;

/// At most 10 `::error …` commands, one on each line: what kept the import from being complete, then failures.
#[derive(Clone, Copy, Debug)]
pub struct Annotations;

impl Writer for Annotations {
    fn import(&self, summary: &Summary, _: &TextOptions) -> serde_json::Result<String> {
        Ok(annotations(summary).iter().flat_map(|line| [line, "\n"]).collect())
    }

    fn inspection(&self, summary: &Summary, options: &TextOptions) -> serde_json::Result<String> {
        self.import(summary, options)
    }
}

fn annotations(summary: &Summary) -> Vec<String> {
    let (errors, damaged) = (&summary.errors, &summary.reports.damaged);
    let (run_errors, failures) = (&summary.records.run_errors, summary.failures());
    let mut lines: Vec<String> = errors.iter().take(OF_EACH_OTHER_KIND).map(error).collect();
    lines.extend(damaged.iter().take(OF_EACH_OTHER_KIND).map(damaged_report));
    lines.extend(run_errors.iter().take(OF_EACH_OTHER_KIND).map(run_error));
    lines.extend(failures.iter().take(SHOWN - lines.len()).map(|test| failure(test)));
    let all = errors.len() + damaged.len() + run_errors.len() + failures.len();
    if all > lines.len() {
        let more = format!("… and {} more: see the job summary", grouped(all - lines.len()));
        lines.push(command(None, None, "tq-import", &more));
    }
    lines
}

fn error(SummaryError { message, hint }: &SummaryError) -> String {
    let hint = hint.as_deref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    command(None, None, "import into TestQuality", &format!("{message}{hint}"))
}

fn damaged_report(FileFlaw { path, shard: _, flaw }: &FileFlaw) -> String {
    let line = Some(flaw.position.line).filter(|line| *line > 0);
    command(Some(path), line, "damaged report", &flaw.message)
}

fn run_error(error: &RunError) -> String {
    let RunError { report: _, name, message, file, line, is_case: _ } = error;
    let message = message.as_deref().unwrap_or("error outside tests");
    command(file.as_deref(), *line, name, message)
}

fn failure(test: &TestRecord) -> String {
    let details = &test.details;
    let message = details.message.as_deref().or(details.trace.as_deref());
    let message = message.unwrap_or(outcome_word(test.outcome));
    let only_in = highlights::only_in(test).map(|names| format!("{names}\n")).unwrap_or_default();
    command(test.class.file.as_deref(), test.line, &test.name, &format!("{only_in}{message}"))
}

/// An `::error …` command for `line` of `file`.
fn command(file: Option<&str>, line: Option<u32>, title: &str, message: &str) -> String {
    let mut command = "error ".to_owned();
    if let Some(file) = file.filter(|file| !file.is_empty()) {
        command += &format!("file={},", property(file));
        if let Some(line) = line {
            command += &format!("line={line},");
        }
    }
    command += &format!("title={}::{}", property(title), data(message));
    // If a runner did not take the line for this command, it would look for others in it.
    format!("::{}", escape::inert(&command, true))
}

/// An escaped value of a property.
fn property(value: &str) -> String {
    let value = text::cut(value, TITLE_CHARS);
    percent(&escape::terminal(&value)).replace(':', "%3A").replace(',', "%2C")
}

/// The escaped data of a command. Line breaks are kept.
fn data(message: &str) -> String {
    let message = text::strip_ansi(message);
    let message = text::cut(message.trim(), MESSAGE_CHARS);
    let inert = |line: &str| {
        let visible = escape::terminal(&line.replace('\t', "    ")).into_owned();
        // The runner writes each line into the log.
        percent(&escape::inert(&visible, true))
    };
    let lines: Vec<String> = message.lines().map(inert).collect();
    lines.join("%0A")
}

fn percent(visible: &str) -> String {
    visible.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::summary::samples::{self, flaw, records_of};

    /// Parses a line like the runner of GitHub Actions.
    fn read(line: &str) -> (String, BTreeMap<String, String>, String) {
        let line = line.trim_start().strip_prefix("::").unwrap();
        let (info, data) = line.split_once("::").unwrap();
        let (name, properties) = info.split_once(' ').unwrap();
        let unescape = |text: &str| {
            text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",")
        };
        let properties = properties
            .trim()
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), unescape(value).replace("%25", "%")))
            .collect();
        let data = data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
        (name.to_owned(), properties, data)
    }

    #[test]
    fn failures_are_annotated_on_their_lines() {
        insta::assert_snapshot!(annotations(&samples::everything()).join("\n"), @r#"
        ::error title=import into TestQuality::test "a" in folder "shop": POST /api/test: 422 Unprocessable Content: The name is too long.
        ::error file=reports/TEST-shop.xml,line=1042,title=damaged report::the file ends inside <testcase>, cases after it are lost
        ::error file=tests/db.test.js,line=3,title="before all" hook::connect ECONNREFUSED 127.0.0.1:5432
        ::error file=tests/cart.test.js,line=17,title=adds two items to the cart::expected 2 to equal 3%0A  at cart.test.js:17
        ::error file=tests/checkout.test.js,line=203,title=refuses a card that has expired%2C and says so in the language of the customer [de-AT]::Timed out 5000 ms waiting for expect(locator).toHaveText(expected): Locator: getByRole('alert') Expected string: "Die Karte ist abgelaufen"
        ::error title=opens::errored
        "#);
        assert!(annotations(&samples::done()).is_empty());
    }

    #[test]
    fn at_most_ten_annotations() {
        let mut summary = samples::everything();
        let tests = &mut records_of(&mut summary).tests;
        *tests = vec![tests[0].clone(); 1000];
        let lines = annotations(&summary);
        assert_eq!(lines.len(), 10);
        assert_eq!(lines[9], "::error title=tq-import::… and 994 more: see the job summary");
        records_of(&mut summary).tests.truncate(6);
        assert_eq!(annotations(&summary).len(), 9);
        records_of(&mut summary).tests.clear();
        summary.reports.damaged = vec![flaw("a.xml", 0, 0, "empty"); 4];
        let lines = annotations(&summary);
        assert_eq!(lines[1], "::error file=a.xml,title=damaged report::empty");
        assert!(lines[4].contains("… and 2 more"), "{lines:?}");
    }

    proptest! {
        #[test]
        fn the_runner_reads_the_data_back(
            any in any::<String>(),
            likely in r"[ \n\r\t:%,=#\[\]a0-9AD\u{1b}\u{200b}-]{0,60}",
        ) {
            for text in [any, likely] {
                let mut summary = samples::done();
                records_of(&mut summary).tests = vec![samples::failure(&["a"], &text, &text, &text, 7)];
                let lines = annotations(&summary);
                prop_assert_eq!(lines.len(), 1);
                let acts = lines[0].contains(escape::acts);
                prop_assert!(!acts);
                let joined = lines[0].replace('\u{200b}', "");
                prop_assert!(!joined.contains("##["));
                let (name, properties, data) = read(&lines[0]);
                prop_assert_eq!(name, "error");
                let known = |key: &String| ["file", "line", "title"].contains(&key.as_str());
                prop_assert!(properties.keys().all(known));
                let title = escape::terminal(&text).into_owned();
                if !text.contains('#') {
                    prop_assert_eq!(properties["title"].trim_end(), title.trim_end());
                    if !text.is_empty() {
                        prop_assert_eq!(&properties["file"], &title);
                        prop_assert_eq!(&properties["line"], "7");
                    }
                    prop_assert_eq!(data.lines().count(), text::strip_ansi(&text).trim().lines().count());
                }
            }
        }
    }
}
