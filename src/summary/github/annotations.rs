//! Workflow commands that mark lines of source files.

use super::super::{Failure, FileFlaw, Summary, SummaryError, escape};
use test_reports::formats::model::Outcome;
use test_reports::record::RunError;
use test_reports::text;

/// GitHub shows 10 errors of a step; the last one says how many more there are.
const SHOWN: usize = 9;

/// So many of the import's own errors, damaged reports and errors of the run come before failing tests, at most.
const OF_EACH_OTHER_KIND: usize = 2;

/// The longest title and path, and the longest message, in characters.
const TITLE_CHARS: usize = 250;
const MESSAGE_CHARS: usize = 1000;

/// `::error …` commands, one line each: what keeps the import from being whole, then tests that failed; at most 10.
#[must_use]
pub fn annotations(summary: &Summary) -> Vec<String> {
    let errors = summary.errors.iter().map(error as fn(&SummaryError) -> String);
    let damaged = summary.reports.damaged.iter().map(damaged as fn(&FileFlaw) -> String);
    let run_errors = summary.run_errors.iter().map(run_error as fn(&RunError) -> String);
    let failures = summary.failures.iter().map(failure as fn(&Failure) -> String);
    let mut lines: Vec<String> = errors
        .take(OF_EACH_OTHER_KIND)
        .chain(damaged.take(OF_EACH_OTHER_KIND))
        .chain(run_errors.take(OF_EACH_OTHER_KIND))
        .chain(failures)
        .take(SHOWN)
        .collect();
    let all = summary.errors.len()
        + summary.reports.damaged.len()
        + summary.run_errors.len()
        + summary.failures.len();
    if all > lines.len() {
        let more = format!("… and {} more: see the summary of this job", all - lines.len());
        lines.push(command(&AnnotationTarget::default(), "tq-import", &more));
    }
    lines
}

fn error(SummaryError { message, hint }: &SummaryError) -> String {
    let hint = hint.as_deref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    command(&AnnotationTarget::default(), "import into TestQuality", &format!("{message}{hint}"))
}

fn damaged(FileFlaw { path, shard: _, flaw }: &FileFlaw) -> String {
    let line = Some(flaw.position.line).filter(|line| *line > 0);
    command(&AnnotationTarget { file: Some(path), line }, "damaged report", &flaw.message)
}

fn run_error(error: &RunError) -> String {
    let RunError { report: _, name, message, file, line, is_case: _ } = error;
    let place = AnnotationTarget { file: file.as_deref(), line: *line };
    command(&place, name, message.as_deref().unwrap_or("error outside the tests"))
}

fn failure(failure: &Failure) -> String {
    let Failure { identity: _, folder: _, name, outcome, message, file, line } = failure;
    let place = AnnotationTarget { file: file.as_deref(), line: *line };
    let outcome = if *outcome == Outcome::Errored { "errored" } else { "failed" };
    command(&place, name, message.as_deref().unwrap_or(outcome))
}

/// Where an annotation is shown.
#[derive(Default)]
struct AnnotationTarget<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
}

fn command(place: &AnnotationTarget<'_>, title: &str, message: &str) -> String {
    let mut command = "error ".to_owned();
    if let Some(file) = place.file.filter(|file| !file.is_empty()) {
        command += &format!("file={},", property(file));
        if let Some(line) = place.line {
            command += &format!("line={line},");
        }
    }
    command += &format!("title={}::{}", property(title), data(message));
    // A runner that did not take the line for this command would look for others in it.
    format!("::{}", escape::inert(&command, true))
}

/// A value of a property, in which nothing acts.
fn property(value: &str) -> String {
    let value = text::cut(value, TITLE_CHARS);
    percent(&escape::terminal(&value)).replace(':', "%3A").replace(',', "%2C")
}

/// The data of a command: lines stay lines.
fn data(message: &str) -> String {
    let message = text::strip_ansi(message);
    let message = text::cut(message.trim(), MESSAGE_CHARS);
    let inert = |line: &str| {
        let visible = escape::terminal(&line.replace('\t', "    ")).into_owned();
        // The runner writes every line of it into the log.
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
    use crate::summary::samples::{self, flaw};

    /// What the runner of GitHub Actions reads in a line.
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
    fn what_failed_stands_on_its_line() {
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
    fn ten_at_most() {
        let mut summary = samples::everything();
        let failure = summary.failures[0].clone();
        summary.failures = vec![failure; 1000];
        let lines = annotations(&summary);
        assert_eq!(lines.len(), 10);
        assert_eq!(
            lines[9],
            "::error title=tq-import::… and 994 more: see the summary of this job"
        );
        summary.failures.truncate(6);
        assert_eq!(annotations(&summary).len(), 9);
        summary.failures.clear();
        summary.reports.damaged = vec![flaw("a.xml", 0, 0, "empty"); 4];
        let lines = annotations(&summary);
        assert_eq!(lines[1], "::error file=a.xml,title=damaged report::empty");
        assert!(lines[4].contains("… and 2 more"), "{lines:?}");
    }

    proptest! {
        #[test]
        fn it_is_read_as_it_was_meant(
            any in any::<String>(),
            likely in r"[ \n\r\t:%,=#\[\]a0-9AD\u{1b}\u{200b}-]{0,60}",
        ) {
            for text in [any, likely] {
                let mut summary = samples::done();
                summary.failures = vec![samples::failure(&["a"], &text, &text, &text, 7)];
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
