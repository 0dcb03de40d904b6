use comrak::Options;
use proptest::prelude::*;

use super::*;
use crate::summary::samples::{self, change, failure, flaw, records_of};
use crate::summary::{ChangeAction, ChangeKind, Named, Stale, escape as visible};
use test_reports::identity::Identity;
use test_reports::record::{IdentityOptions, RunError};

fn render(summary: &Summary, limit: usize) -> String {
    Markdown { limit }.import(summary, &TextOptions::default()).unwrap()
}

fn html(markdown: &str) -> String {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options.extension.math_code = true;
    options.parse.relaxed_autolinks = true;
    options.render.r#unsafe = true;
    comrak::markdown_to_html(markdown, &options)
}

/// Rendered text outside `code` and `pre`, and inside.
fn parts(html: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside) = (String::new(), Vec::new());
    let mut rest = html;
    loop {
        let next = ["code", "pre"]
            .into_iter()
            .filter_map(|tag| Some((rest.find(&format!("<{tag}>"))?, tag)))
            .min();
        let Some((start, tag)) = next else {
            outside.push_str(rest);
            return (without_folding(&without_links(&outside)), inside);
        };
        outside.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(&format!("</{tag}>")).unwrap();
        inside.push(rest[tag.len() + 2..end].to_owned());
        rest = &rest[end..];
    }
}

/// Without the links to source lines. Data that ends their attribute remains.
fn without_links(html: &str) -> String {
    let mut parts = html.split("<a href=\"");
    let mut kept = parts.next().unwrap().to_owned();
    for part in parts {
        kept.push_str(part.split_once("\">").unwrap().1);
    }
    kept.replace("</a>", "")
}

/// Whether a failure can be unfolded depends on the lines of its message: without the tags of both forms, and their ends of lines.
fn without_folding(html: &str) -> String {
    let opened = html.matches("<details>").count();
    assert_eq!(opened, html.matches("</details>").count());
    let tags =
        ["<details>", "</details>", "<summary>", "</summary>", "</pre>", "<p>", "</p>", "\n"];
    tags.iter().fold(html.to_owned(), |kept, tag| kept.replace(tag, ""))
}

/// The text of HTML without markup.
fn decoded(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('&') {
        text.push_str(&rest[..start]);
        let end = start + rest[start..].find(';').unwrap();
        let reference = &rest[start + 1..end];
        text.push(match reference.strip_prefix('#') {
            Some(number) => char::from_u32(number.parse().unwrap()).unwrap(),
            None => panic!("&{reference};"),
        });
        rest = &rest[end + 1..];
    }
    text + rest
}

/// A summary with `text` in place of all data.
fn holding(text: &str) -> Summary {
    let mut summary = samples::everything();
    let records = records_of(&mut summary);
    records.tests.push(failure(&[text, "x"], text, text, text, 1));
    records.run_errors.push(RunError {
        report: text.into(),
        name: text.to_owned(),
        message: Some(text.to_owned()),
        file: Some(text.to_owned()),
        line: None,
        is_case: true,
    });
    summary.reports.damaged.push(flaw(text, 1, 1, text));
    summary.reports.recovered.push(flaw(text, 1, 1, text));
    summary.project = Some(Named { id: 1, name: text.to_owned() });
    summary.warnings.push(text.to_owned());
    summary.errors.push(SummaryError { message: text.to_owned(), hint: Some(text.to_owned()) });
    summary.changes.push(change(ChangeAction::Create, ChangeKind::Test, &[text], text));
    if let Some(comparison) = &mut summary.comparison {
        text.clone_into(&mut comparison.file);
        for tests in [&mut comparison.newly_failing, &mut comparison.fixed, &mut comparison.gone] {
            text.clone_into(&mut tests[0].name);
            tests[0].folder = vec![text.to_owned()];
        }
    }
    summary.stale.push(Stale {
        identity: Identity::of_test("", &[text], text),
        folder: vec![text.to_owned()],
        name: text.to_owned(),
    });
    summary
}

#[test]
fn the_whole_page() {
    insta::assert_snapshot!("done", render(&samples::done(), LIMIT));
    insta::assert_snapshot!("everything", render(&samples::everything(), LIMIT));
    let inspected = Summary::of_reports(samples::records(), [&IdentityOptions::default()]);
    let page = Markdown { limit: LIMIT }.inspection(&inspected, &TextOptions::default()).unwrap();
    insta::assert_snapshot!("inspection", page);
}

#[test]
fn bars_show_the_shares() {
    let bar_of = |passed, failed, errored, skipped, flaky| {
        bar(&OutcomeCounts { passed, failed, errored, skipped, flaky, ..OutcomeCounts::default() })
    };
    assert_eq!(bar_of(5, 0, 0, 0, 0), "🟩".repeat(30));
    assert_eq!(bar_of(1, 1, 0, 0, 0), "🟥".repeat(15) + &"🟩".repeat(15));
    // One in a hundred thousand is visible.
    assert_eq!(bar_of(99_998, 1, 0, 0, 1), "🟥🟨".to_owned() + &"🟩".repeat(28));
    assert_eq!(bar_of(0, 0, 0, 2, 0), "⬜".repeat(30));
    for number in 0..200 {
        assert_eq!(bar_of(number + 1, number, 1, 2 * number, 1).chars().count(), 30);
    }
}

#[test]
fn a_page_stays_below_its_limit_and_counts_what_does_not_fit() {
    let mut summary = samples::everything();
    let message = "@|`<\u{202e}\n".repeat(400);
    records_of(&mut summary).tests = (0..2_000)
        .map(|number| {
            failure(&["<shop>"], &format!("test {number:05} {message}"), &message, "a.js", 1)
        })
        .collect();
    records_of(&mut summary).run_errors = vec![
        RunError {
            report: "r".into(),
            name: message.clone(),
            message: Some(message.clone()),
            file: None,
            line: None,
            is_case: false,
        };
        500
    ];
    summary.reports.damaged = vec![flaw(&message, 1, 1, &message); 500];
    summary.reports.recovered = vec![flaw(&message, 1, 1, &message); 500];
    summary.warnings = vec![message.clone(); 500];
    summary.errors =
        vec![SummaryError { message: message.clone(), hint: Some(message.clone()) }; 500];
    summary.changes = (0..3_000)
        .map(|number| {
            let folder = format!("{number} {message}");
            change(ChangeAction::Create, ChangeKind::Test, &[&folder], "x")
        })
        .collect();
    summary.project = Some(Named { id: 1, name: message });
    for limit in [LIMIT, 100_000, COMMENT_LIMIT, LEAST] {
        let page = render(&summary, limit);
        assert!(page.len() < limit, "{} of {limit}", page.len());
        let (text, _) = parts(&html(&page));
        assert!(text.contains("more failures that do not fit here"), "{text}");
        assert!(text.contains("more errors that do not fit here"), "{text}");
        for tag in ["details", "ul", "table", "p", "li", "summary"] {
            let opened = page.matches(&format!("<{tag}>")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
    let page = render(&summary, LIMIT);
    assert!(page.find("test 00000").unwrap() < page.find("damaged report").unwrap());
}

#[test]
fn ten_thousand_failures_leave_room_for_other_sections() {
    let mut summary = samples::everything();
    records_of(&mut summary).tests = (0..10_000)
        .map(|number| {
            let name = format!("adds {number:04} items to the cart and takes them out again");
            failure(&["shop", "cart"], &name, "expected 2 to equal 3", "tests/cart.test.js", 17)
        })
        .collect();
    let page = render(&summary, LIMIT);
    assert!(page.len() < LIMIT);
    assert!(page.contains("… and 8,980 more failures that do not fit here"));
    assert!(page.contains("The import in numbers"));
}

#[test]
fn hostile_text_is_shown_as_data() {
    let benign = parts(&html(&render(&holding("x"), LIMIT))).0;
    for text in [
        "x ::add-mask::x",
        "x ##[stop-commands]x",
        "x | y || z \\| \\",
        "x ``` ` ~~~ </code></pre></details><script>alert(1)</script>",
        "x <img src=x onerror=alert(1)> <!-- --> <![CDATA[ ?>",
        "x @team @a/b #123 GH-1 a/b#1 0123456789abcdef0123456789abcdef01234567",
        "x https://example.com www.example.com a@example.com mailto:a@example.com",
        "x\n\n# heading\n\n- list\n\n| a |\n| - |\n",
        "x\r\r\n\u{b}\u{c}\u{85}\u{2028} \u{1b}]8;;https://x\u{7}",
        "x &lt;b&gt; &#60; &amp",
        "x [a](b) ![c](d) [^1] [[e]] *f* _g_ ~h~ $x^2$ :smile: --- ***",
    ] {
        let (outside, inside) = parts(&html(&render(&holding(text), LIMIT)));
        assert_eq!(outside, benign, "{text}");
        let shown = visible::terminal(text);
        let times = inside.iter().filter(|inside| decoded(inside) == shown).count();
        assert!(times > 5, "{text}: {inside:#?}");
        assert!(inside.iter().all(|inside| !inside.contains('<')), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_is_markup(
        any in any::<String>(),
        likely in r"[ \n\r\t|`~<>&;#@:/\\\[\]()!*_$=.a-c1\u{0}\u{202e}-]{0,60}",
    ) {
        let benign = parts(&html(&render(&holding("x"), LIMIT))).0;
        for text in [any, likely] {
            let page = render(&holding(&format!("x{text}")), LIMIT);
            prop_assert!(!page.contains("##[") && !page.contains("@"));
            let (outside, inside) = parts(&html(&page));
            prop_assert_eq!(outside, benign.as_str());
            prop_assert!(inside.iter().all(|inside| !inside.contains('<')));
        }
    }
}

#[test]
fn the_first_line_names_the_namespaces_and_cannot_be_ended() {
    let first = |summary: &Summary, limit| {
        let page = render(summary, limit);
        assert_eq!(html(&page).lines().next(), page.lines().next());
        page.lines().next().unwrap().to_owned()
    };
    let of = |namespace: &str| {
        let namespace = Some(namespace.to_owned()).filter(|name| !name.is_empty());
        Summary { namespace, ..Summary::default() }
    };
    assert_eq!(first(&of(""), LIMIT), "<!-- tq-import -->");
    assert_eq!(first(&of("me/shop-web"), COMMENT_LIMIT), "<!-- tq-import: me/shop-web -->");
    for hostile in ["a --> b", "a\n\nb", "--!><b>", "`x`\0", "::error::", "##[error]"] {
        let line = first(&of(hostile), LIMIT);
        let names = line.strip_prefix("<!-- tq-import: ").unwrap().strip_suffix(" -->").unwrap();
        assert!(!names.contains(['<', '>', ':', '#', '\0']), "{line}");
    }
    let table = |namespace: &str| crate::summary::ImportedTable {
        namespace: Some(namespace.to_owned()),
        folder: Vec::new(),
        files: 1,
        counts: OutcomeCounts::default(),
    };
    let tables = Summary { imports: vec![table("web"), table("api"), table("web")], ..of("") };
    assert_eq!(first(&tables, LIMIT), "<!-- tq-import: api, web -->");
}
