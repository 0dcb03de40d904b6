use std::sync::Arc;

use super::*;
use crate::summary::samples::{self, records_of};
use sha2::{Digest as _, Sha256};
use test_reports::formats::model::Outcome;

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
fn long_words_break_where_their_parts_end() {
    for (written, shown) in [
        ("adds two", "adds two"),
        ("short_word", "short_word"),
        ("tests/checkout.test.js:203", "tests/|checkout.test.js:203"),
        ("test_price_of_items[1-2]", "test_|price_|of_items|[1-2]"),
        ("com.acme.billing.InvoiceTest", "com.|acme.|billing.|Invoice|Test"),
        ("an<ti>_<markup>_of_names", "an&lt;ti&gt;_&lt;markup&gt;_|of_names"),
    ] {
        assert_eq!(breakable(written), shown.replace('|', "<wbr>"));
    }
}

#[test]
fn everything() {
    insta::assert_snapshot!(content(&render(&samples::everything())));
}

#[test]
fn an_inspection() {
    let summary = Summary::of_reports(
        samples::records(),
        [&test_reports::record::IdentityOptions::default()],
    );
    insta::assert_snapshot!(content(&Html.inspection(&summary, &TextOptions::default()).unwrap()));
}

#[test]
fn hostile_text_is_only_text() {
    let hostile =
        "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;\u{202e}\u{1b}[31m";
    let mut summary = samples::everything();
    for test in &mut records_of(&mut summary).tests {
        test.name = hostile.into();
        let class = Arc::make_mut(&mut test.class);
        class.folder = [hostile.to_owned()].into();
        Arc::make_mut(&mut test.details).message = Some(format!("{hostile}\n{hostile}"));
        class.file = Some(Arc::from(hostile));
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
            let name = format!("a test with a name of the usual length, number {number}");
            let mut test = samples::record(&folder, &name, outcome);
            if outcome == Outcome::Failed {
                let frame = "  File \"/srv/app/<checkout>/cart.py\", line 17, in 'add'\n";
                Arc::make_mut(&mut test.details).trace = Some(frame.repeat(1_000).into());
            }
            test
        })
        .collect();
    let page = render(&summary);
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    // Every failure says why; the first of them also where.
    assert_eq!(page.matches("expected 2 to equal 3").count(), 1_000);
    assert!(
        (100..=200).contains(&page.matches("<pre>").count()),
        "{}",
        page.matches("<pre>").count()
    );
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
    assert!(page.contains("… and 3 more") && page.contains("… and 19,003 more"), "{}", page.len());
}
