//! What changed since an earlier run.

use super::cut;
use super::escape::code;
use super::page::{List, Page, path};
use crate::summary::Summary;
use crate::summary::comparison::ComparedTest;
use crate::summary::layout::{grouped, seconds};

/// The differences in numbers; tests that fail since then openly, the others folded. Tests that still fail are listed as
/// failures.
pub(super) fn comparison(page: &mut Page, summary: &Summary) {
    let Some(comparison) = &summary.comparison else {
        return;
    };
    page.block("### Compared with before");
    let file = code(&cut(&comparison.file));
    page.block(&format!("<p>{file}: {}</p>", comparison.in_words()));
    for (word, tests) in comparison.kinds() {
        let title = Some(format!("{} {word}", grouped(tests.len())));
        let folded = List { title, share: 4, most: 200, noun: "test", ..List::BULLETS };
        match word {
            "still failing" => {}
            "newly failing" => {
                if !tests.is_empty() {
                    page.block("<p>🟥 <b>newly failing:</b></p>");
                }
                page.list(tests, &List { title: None, ..folded }, |test| item(test, ""));
            }
            "slower" => page.list(tests, &folded, |test| item(test, &times(test))),
            _ => page.list(tests, &folded, |test| item(test, "")),
        }
    }
}

fn item(test: &ComparedTest, rest: &str) -> String {
    format!("<li>{} <sub>{}</sub>{rest}</li>\n", code(&cut(&test.name)), path(&test.folder))
}

fn times(test: &ComparedTest) -> String {
    let times = test.duration_before_s.zip(test.duration_s);
    times.map_or_else(String::new, |(before, now)| {
        format!(": {} before, {} now", seconds(before), seconds(now))
    })
}
