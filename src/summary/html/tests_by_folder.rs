//! All tests in their folders, with a search and a filter for browsers that run the page's script.

use super::{breakable, push, text};
use crate::summary::OutcomeCounts;
use crate::summary::layout::{grouped, outcome_word, seconds};
use crate::summary::tree::Tree;
use test_reports::record::TestRecord;

/// Tests that are listed: the page stays small enough for a browser. The numbers beside folders count all of them.
const MOST: usize = 20_000;

/// Folders are open if there are no more tests than this.
const OPEN: usize = 30;

pub(super) fn write(page: &mut String, tests: &[TestRecord]) {
    if tests.is_empty() {
        return;
    }
    page.push_str("<section>\n<h2>Tests by folder</h2>\n<form id=\"filter\" hidden>\n<label>Search <input type=\"search\" name=\"search\"></label>\n");
    let has = |outcome: &str| tests.iter().any(|test| class(test) == outcome);
    let mut outcomes = vec!["failed", "errored", "flaky", "passed", "skipped"];
    outcomes.retain(|outcome| has(outcome));
    // With a single outcome there is nothing to choose.
    for outcome in outcomes.iter().filter(|_| outcomes.len() > 1) {
        push(
            page,
            format_args!(
                "<label><input type=\"checkbox\" value=\"{outcome}\"> {outcome}</label>\n"
            ),
        );
    }
    page.push_str(
        "<output id=\"found\" aria-live=\"polite\"></output>\n</form>\n<div class=\"tree\">\n",
    );
    let tree = Tree::new(tests, |test| &test.class.folder);
    let mut left = MOST;
    folder(page, &tree, &mut Vec::new(), tests.len() <= OPEN, &mut left);
    page.push_str("</div>\n");
    super::more(page, tests.len().saturating_sub(MOST));
    page.push_str("</section>\n");
}

/// Passed, but flaky, is an outcome of its own here.
fn class(test: &TestRecord) -> &'static str {
    if test.flaky { "flaky" } else { outcome_word(test.outcome) }
}

fn folder<'a>(
    page: &mut String,
    tree: &Tree<'a, TestRecord>,
    path: &mut Vec<&'a str>,
    open: bool,
    left: &mut usize,
) {
    if !tree.items.is_empty() {
        page.push_str("<ul>\n");
        for test in tree.items.iter().take(*left) {
            let class = class(test);
            let time = test.seconds().map(|time| format!("<time>{}</time>", seconds(time)));
            push(
                page,
                format_args!(
                    "<li class=\"{class}\"><span class=\"mark\">{class}</span><span>{}</span>{}</li>\n",
                    breakable(&test.name),
                    time.unwrap_or_default()
                ),
            );
        }
        *left = left.saturating_sub(tree.items.len());
        page.push_str("</ul>\n");
    }
    for (name, below) in &tree.folders {
        path.push(name);
        let counts = OutcomeCounts::of(below.all());
        let failing = counts.failed + counts.errored;
        let is_open = open || (failing > 0 && path.len() == 1 && tree.folders.len() <= OPEN);
        let failing = if failing > 0 {
            format!("<span class=\"failed\">{} failed</span> of ", grouped(failing))
        } else {
            String::new()
        };
        push(
            page,
            format_args!(
                "<details data-path=\"{}\"{}><summary>{} <span class=\"counts\">{failing}{}</span></summary>\n",
                text(&path.join(" / ")),
                if is_open { " open" } else { "" },
                breakable(name),
                grouped(counts.tests)
            ),
        );
        folder(page, below, path, open, left);
        page.push_str("</details>\n");
        path.pop();
    }
}
