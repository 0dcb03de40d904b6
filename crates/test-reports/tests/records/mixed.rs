//! Identities do not change when reports are merged, split, mixed, or written by a later version of their tool.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use test_reports::formats::model::Report;
use test_reports::record::{IdentityOptions, collect};
use test_reports::tools::detect;

use super::xml_below;
use crate::single::read;

/// A JUnit report as text, cut into its outermost suites.
struct Pieces {
    path: PathBuf,
    /// The outermost suites, and the cases outside of suites.
    suites: Vec<String>,
}

impl Pieces {
    /// The first suite, if it names the file of all others: Cypress writes a report for each file, and names the file only there. It
    /// stays with the others.
    fn root(&self) -> Option<&String> {
        self.suites.first().filter(|suite| {
            let end = tag_end(suite).unwrap_or_default();
            suite.contains("name=\"Root Suite\"") && suite[..end].contains(" file=")
        })
    }
}

/// The elements directly below the document element `testsuites`, or the document element itself.
///
/// Texts of failures may contain unescaped tags in damaged reports, which are left out.
fn pieces(path: &Path) -> Option<Pieces> {
    let xml = fs::read_to_string(path).ok()?;
    let report = read(xml.as_bytes(), "r.xml").ok()?;
    if report.damage.is_some() || !report.recovered.is_empty() {
        return None;
    }
    let start = xml.find("<testsuite")?;
    let is_many = xml[start..].starts_with("<testsuites");
    let body = if is_many {
        let open = start + tag_end(&xml[start..])?;
        &xml[open..xml.rfind("</testsuites")?]
    } else {
        &xml[start..]
    };
    let (mut suites, mut depth, mut from) = (Vec::new(), 0_usize, 0);
    let mut at = 0;
    while let Some(next) = body[at..].find('<').map(|next| at + next) {
        let rest = &body[next..];
        let skip = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
            .iter()
            .find(|(open, _)| rest.starts_with(open))
            .map(|(_, close)| rest.find(close).unwrap_or_default() + close.len());
        if let Some(skip) = skip {
            at = next + skip;
            continue;
        }
        let end = next + tag_end(rest)?;
        let is_end = rest.starts_with("</");
        let is_empty = body[..end].ends_with("/>");
        if depth == 0 && !is_end {
            from = next;
        }
        match (is_end, is_empty) {
            (true, _) => depth = depth.checked_sub(1)?,
            (false, false) => depth += 1,
            (false, true) => {}
        }
        if depth == 0 {
            suites.push(body[from..end].to_owned());
        }
        at = end;
    }
    suites.retain(|piece| piece.starts_with("<testsuite") || piece.starts_with("<testcase"));
    (!suites.is_empty()).then(|| Pieces { path: path.to_owned(), suites })
}

/// The length of the tag at the start of `text`. Attributes may contain `>`.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, next) in text.char_indices() {
        match (quote, next) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(next),
            (Some(open), _) if open == next => quote = None,
            _ => {}
        }
    }
    None
}

fn document(pieces: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut xml = "<testsuites>".to_owned();
    pieces.into_iter().for_each(|piece| xml.push_str(piece.as_ref()));
    xml + "</testsuites>"
}

/// The attributes of the opening tag `tag`, each with the space in front.
fn attributes(tag: &str) -> Vec<String> {
    let (mut all, mut rest) = (Vec::new(), tag);
    while let Some(equals) = rest.find('=') {
        let quote = &rest[equals + 1..equals + 2];
        let end = equals + 2 + rest[equals + 2..].find(quote).unwrap() + 1;
        all.push(format!(" {}", rest[..end].trim()));
        rest = &rest[end..];
    }
    all
}

/// `piece` with the attributes of every suite changed.
fn with_suites(piece: &str, change: impl Fn(&mut Vec<String>)) -> String {
    with_elements(piece, "<testsuite", change)
}

/// `piece` with the attributes of every start tag changed that begins with `element`.
fn with_elements(piece: &str, element: &str, change: impl Fn(&mut Vec<String>)) -> String {
    let mut changed = String::new();
    let mut rest = piece;
    let tag = format!("{element} ");
    while let Some(at) = rest.find(&tag) {
        let start = at + element.len();
        let end = at + tag_end(&rest[at..]).unwrap();
        let close = if rest[..end].ends_with("/>") { end - 2 } else { end - 1 };
        let mut attributes = attributes(&rest[start..close]);
        change(&mut attributes);
        changed.push_str(&rest[..start]);
        changed.push_str(&attributes.concat());
        changed.push_str(&rest[close..end]);
        rest = &rest[end..];
    }
    changed + rest
}

fn names(attributes: &[String]) -> Vec<&str> {
    attributes
        .iter()
        .filter_map(|attribute| attribute.trim().split('=').next())
        .map(str::trim)
        .collect()
}

/// As programs do that merge reports and count anew.
fn counted(attributes: &mut Vec<String>) {
    for name in ["skipped", "errors"] {
        if !names(attributes).contains(&name) {
            attributes.push(format!(" {name}=\"0\""));
        }
    }
}

type Tests = BTreeSet<String>;

/// The tests of a report, one line each, so that a failure shows what differs.
fn tests(report: Report) -> Tests {
    let records = collect(&[report], &IdentityOptions::default());
    records
        .tests
        .iter()
        .map(|test| format!("{:?} :: {}", test.class.container, test.name))
        .collect()
}

fn tests_of(xml: &str) -> Tests {
    tests(read(xml.as_bytes(), "r.xml").unwrap())
}

/// The reports below `testdata`, and those of the corpus where it is required.
fn reports() -> Vec<(Pieces, Tests)> {
    let directories = [Some(crate::repository("testdata")), crate::corpus::required_corpus()];
    let files = directories.iter().flatten().flat_map(|directory| xml_below(directory));
    let reports: Vec<_> = files
        .filter_map(|path| {
            let report = crate::single::read_file(&path, "r.xml").ok()?;
            let pieces = pieces(&path)?;
            Some((pieces, tests(report)))
        })
        .collect();
    assert!(reports.len() > 60, "{}", reports.len());
    reports
}

/// Fails with every difference between the tests that `change` makes of a report and the tests of the report.
fn assert_unchanged(change: impl Fn(&Pieces) -> Tests) {
    let mut wrong = Vec::new();
    for (pieces, known) in reports() {
        let found = change(&pieces);
        if found != known {
            let gone: Vec<_> = known.difference(&found).take(3).collect();
            let new: Vec<_> = found.difference(&known).take(3).collect();
            wrong.push(format!("{}\n  gone {gone:?}\n  new  {new:?}", pieces.path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_attributes_of_the_document_element_are_not_needed() {
    assert_unchanged(|report| tests_of(&document(&report.suites)));
}

#[test]
fn a_report_split_by_suite_has_the_same_tests() {
    assert_unchanged(|report| {
        let root = report.root();
        report
            .suites
            .iter()
            .flat_map(|suite| tests_of(&document(root.into_iter().chain([suite]))))
            .collect()
    });
}

#[test]
fn counts_that_a_merging_program_appends_change_nothing() {
    assert_unchanged(|report| {
        tests_of(&document(report.suites.iter().map(|suite| with_suites(suite, counted))))
    });
}

#[test]
fn another_attribute_changes_nothing() {
    for name in ["retries", "x-seed"] {
        let more = |attributes: &mut Vec<String>| attributes.insert(0, format!(" {name}=\"1\""));
        assert_unchanged(|report| {
            tests_of(&document(report.suites.iter().map(|suite| with_suites(suite, more))))
        });
    }
}

/// Attributes that other tools write: a rule that needs their absence would break with the next version of its tool.
#[test]
fn an_attribute_of_another_tool_changes_nothing() {
    let attributes = [
        ("timestamp", "2026-11-20T10:00:00"),
        ("hostname", "ci-1"),
        ("id", "0"),
        ("package", ""),
        ("file", ""),
        ("disabled", "0"),
        ("assertions", "3"),
        ("time", "0.5"),
        ("tests", "1"),
        ("failures", "0"),
        ("warnings", "0"),
        ("ignored", "0"),
        ("flakes", "0"),
        ("device", "phone"),
        ("log", "suite.log"),
    ];
    let reports = reports();
    let mut wrong = Vec::new();
    for (name, value) in attributes {
        let more = |attributes: &mut Vec<String>| {
            if !names(attributes).contains(&name) {
                attributes.push(format!(" {name}=\"{value}\""));
            }
        };
        for (pieces, known) in &reports {
            let xml = document(pieces.suites.iter().map(|suite| with_suites(suite, more)));
            let written = read(document(&pieces.suites).as_bytes(), "r.xml").unwrap();
            if !detect(&written).is_unknown() && tests_of(&xml) != *known {
                wrong.push(format!("{name}: {}", pieces.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// `piece` with the attributes of every case changed.
fn with_cases(piece: &str, change: impl Fn(&mut Vec<String>)) -> String {
    with_elements(piece, "<testcase", change)
}

/// `piece` with the cases that `keep` wants, given their numbers.
fn only_cases(piece: &str, keep: impl Fn(usize) -> bool) -> String {
    let (mut kept, mut rest, mut number) = (String::new(), piece, 0);
    while let Some(at) = find_case(rest) {
        let open = at + tag_end(&rest[at..]).unwrap();
        let end = if rest[..open].ends_with("/>") {
            open
        } else {
            open + rest[open..].find("</testcase>").unwrap() + "</testcase>".len()
        };
        kept.push_str(&rest[..at]);
        if keep(number) {
            kept.push_str(&rest[at..end]);
        }
        rest = &rest[end..];
        number += 1;
    }
    kept + rest
}

/// Where the next case starts, outside of output.
fn find_case(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let next = at + text[at..].find('<')?;
        let rest = &text[next..];
        if rest.starts_with("<testcase") {
            return Some(next);
        }
        at = next
            + [("<!--", "-->"), ("<![CDATA[", "]]>")]
                .iter()
                .find(|(open, _)| rest.starts_with(open))
                .map_or(1, |(_, close)| rest.find(close).unwrap_or_default() + close.len());
    }
}

#[test]
fn another_attribute_of_cases_changes_nothing() {
    let attributes = [
        ("x-seed", "1"),
        ("timestamp", "2026-11-20T10:00:00"),
        ("assertions", "1"),
        ("status", "passed"),
        ("line", "3"),
        ("id", "7"),
        ("time", "0.5"),
        ("result", "completed"),
    ];
    let mut wrong = Vec::new();
    let reports = reports();
    for (name, value) in attributes {
        let more = |attributes: &mut Vec<String>| {
            if !names(attributes).contains(&name) {
                attributes.push(format!(" {name}=\"{value}\""));
            }
        };
        for (pieces, known) in &reports {
            let xml = document(pieces.suites.iter().map(|suite| with_cases(suite, more)));
            if tests_of(&xml) != *known {
                let found = tests_of(&xml);
                let gone: Vec<_> = known.difference(&found).take(2).collect();
                let new: Vec<_> = found.difference(known).take(2).collect();
                wrong.push(format!("{name}: {}\n  {gone:?}\n  {new:?}", pieces.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn halves_of_the_cases_have_the_same_tests() {
    // Doc-tests of one item are told apart by their number.
    let without_number = |tests: Tests| -> Tests {
        tests.into_iter().filter(|test| !test.ends_with(" #2")).collect()
    };
    let halves: [fn(usize) -> bool; 2] = [|number| number % 2 == 0, |number| number % 2 == 1];
    let mut wrong = Vec::new();
    for (pieces, known) in reports() {
        let half = |keep: fn(usize) -> bool| {
            let suites = pieces.suites.iter().map(|suite| only_cases(suite, keep));
            tests_of(&document(suites))
        };
        let found = halves.into_iter().flat_map(half).collect();
        if without_number(found) != without_number(known) {
            wrong.push(pieces.path.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn another_property_changes_nothing() {
    assert_unchanged(|report| {
        let suites = report.suites.iter().map(|suite| match tag_end(suite) {
            Some(end) if suite.starts_with("<testsuite") && !suite[..end].ends_with("/>") => {
                let properties = "<properties><property name='seed' value='7'/></properties>";
                format!("{}{properties}{}", &suite[..end], &suite[end..])
            }
            _ => suite.clone(),
        });
        tests_of(&document(suites))
    });
}

#[test]
fn the_order_of_attributes_does_not_matter() {
    let orders: [fn(&mut Vec<String>); 3] =
        [|all| all.reverse(), |all| all.sort(), |all| all.rotate_left(2)];
    for order in orders {
        let order = |attributes: &mut Vec<String>| {
            if attributes.len() > 2 {
                order(attributes);
            }
        };
        assert_unchanged(|report| {
            tests_of(&document(report.suites.iter().map(|suite| with_suites(suite, order))))
        });
    }
}

#[test]
fn every_two_reports_merged_into_one_file_have_the_same_tests() {
    let reports = reports();
    let changed: Vec<Vec<String>> = reports
        .iter()
        .map(|(report, _)| report.suites.iter().map(|suite| with_suites(suite, counted)).collect())
        .collect();
    let mut wrong = Vec::new();
    for (a, (first, known_first)) in reports.iter().enumerate() {
        for (b, (second, known_second)) in reports.iter().enumerate().skip(a + 1) {
            // The corpus is too large for all pairs.
            if reports.len() > 150 && (a * 31 + b * 17) % 23 != 0 {
                continue;
            }
            let known: Tests = known_first.union(known_second).cloned().collect();
            // Suites of another tool in front of, between and behind those of each report.
            let apart = if first.root().is_some() { changed[a].len() } else { 1 };
            let suites = [&changed[a][..apart], &changed[b], &changed[a][apart..]].concat();
            let found = tests_of(&document(suites));
            if found != known {
                let gone: Vec<_> = known.difference(&found).take(2).collect();
                let (first, second) = (first.path.display(), second.path.display());
                wrong.push(format!("{first} + {second}: {gone:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}
