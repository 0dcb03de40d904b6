use std::sync::Arc;

use super::*;
use crate::summary::samples::{self, records_of};
use sha2::{Digest as _, Sha256};
use test_reports::record::{Attempt, Details};

fn render(summary: &Summary) -> String {
    Html.import(summary, &TextOptions::default()).unwrap()
}

/// The body without the tests' own style and script, which snapshots need not repeat.
fn content(page: &str) -> String {
    let start = page.find("<body>").unwrap();
    let end = page.find("<script>").unwrap();
    page[start..end].to_owned()
}

#[test]
fn the_policy_allows_this_style_and_this_script() {
    for (name, text, hash) in
        [("STYLE_HASH", STYLE, STYLE_HASH), ("SCRIPT_HASH", SCRIPT, SCRIPT_HASH)]
    {
        assert!(!text.contains('\r') && !text.contains("</"), "{name}");
        let digest = Sha256::digest(text);
        let bits: String = digest.iter().map(|byte| format!("{byte:08b}")).collect();
        let alphabet: Vec<char> =
            ('A'..='Z').chain('a'..='z').chain('0'..='9').chain("+/".chars()).collect();
        let encoded = bits.as_bytes().chunks(6).map(|group| {
            let group = String::from_utf8(group.to_vec()).unwrap();
            alphabet[usize::from_str_radix(&format!("{group:0<6}"), 2).unwrap()]
        });
        let encoded: String = encoded.chain(['=']).collect();
        assert_eq!(encoded, hash, "{name}");
    }
}

#[test]
fn everything() {
    let mut summary = samples::everything();
    let flaky = TestRecord {
        flaky: true,
        details: Arc::new(Details {
            attempts: vec![
                Attempt {
                    outcome: Outcome::Failed,
                    duration_s: None,
                    message: Some("\n timed out".to_owned()),
                },
                Attempt { outcome: Outcome::Passed, duration_s: None, message: None },
            ],
            ..Details::default()
        }),
        ..samples::record(&["shop", "search"], "finds a word", Outcome::Passed)
    };
    records_of(&mut summary).tests.push(flaky);
    insta::assert_snapshot!(content(&render(&summary)));
}

#[test]
fn an_inspection() {
    let summary =
        Summary::of_reports(samples::records(), &test_reports::record::IdentityOptions::default());
    insta::assert_snapshot!(content(&Html.inspection(&summary, &TextOptions::default()).unwrap()));
}

#[test]
fn hostile_text_is_only_text() {
    let hostile =
        "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;\u{202e}\u{1b}[31m";
    let mut summary = samples::everything();
    for test in &mut records_of(&mut summary).tests {
        test.name = hostile.into();
        test.folder = [hostile.to_owned()].into();
        Arc::make_mut(&mut test.details).message = Some(format!("{hostile}\n{hostile}"));
        test.file = Some(Arc::from(hostile));
    }
    summary.warnings.push(hostile.to_owned());
    let page = render(&summary);
    assert_eq!(page.matches("<script>").count(), 1);
    assert!(!page.contains("<img") && !page.contains('\u{202e}') && !page.contains('\u{1b}'));
    assert!(!page.contains("=\"\"'"));
}

#[test]
fn ten_thousand_tests_are_less_than_five_megabytes() {
    let mut summary = samples::done();
    records_of(&mut summary).tests = (0..10_000)
        .map(|number| {
            let folder =
                ["web".to_owned(), format!("package {}", number % 100), "checkout".to_owned()];
            let folder: Vec<&str> = folder.iter().map(String::as_str).collect();
            let outcome = if number % 10 == 0 { Outcome::Failed } else { Outcome::Passed };
            samples::record(
                &folder,
                &format!("a test with a name of the usual length, number {number}"),
                outcome,
            )
        })
        .collect();
    let size = render(&summary).len();
    assert!(size < 5_000_000, "{size} bytes");
}

#[test]
fn what_does_not_fit_is_counted() {
    let mut summary = samples::done();
    records_of(&mut summary).tests = (0..20_003)
        .map(|number| samples::record(&["a"], &number.to_string(), Outcome::Failed))
        .collect();
    let page = render(&summary);
    assert_eq!(
        page.matches("<li class=\"failed\"><span class=\"mark\">failed</span>").count(),
        20_000
    );
    assert!(page.contains("… and 3 more") && page.contains("… and 19003 more"), "{}", page.len());
}
