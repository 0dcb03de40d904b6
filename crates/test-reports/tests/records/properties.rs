//! Properties of the records of any reports.

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;
use test_reports::record::{GroupBy, IdentityOptions, Records, Split};

use super::records;

/// Tools whose reports differ most in the position of container and name.
#[derive(Clone, Copy, Debug)]
enum Tool {
    Pytest,
    Surefire,
    JestDefault,
    JestPath,
    Mocha,
    Playwright,
    Go,
    Unknown,
}

const TOOLS: [Tool; 8] = [
    Tool::Pytest,
    Tool::Surefire,
    Tool::JestDefault,
    Tool::JestPath,
    Tool::Mocha,
    Tool::Playwright,
    Tool::Go,
    Tool::Unknown,
];

/// A case, by the numbers of its group, title and state.
#[derive(Clone, Copy, Debug)]
struct Case {
    group: u8,
    title: u8,
    state: u8,
}

#[derive(Clone, Debug)]
struct Document {
    tool: Tool,
    cases: Vec<Case>,
}

/// Values that differ between runs.
#[derive(Clone, Copy)]
struct Run {
    host: &'static str,
    time: &'static str,
}

const RUN: Run = Run { host: "ci-1", time: "2026-11-23T16:49:37" };

const TITLES: [&str; 6] =
    ["adds", "adds [1]", "pays  twice", "pays twice", "Größe 地址", "at 12:30:15"];

fn state(number: u8) -> &'static str {
    match number % 4 {
        0 => "",
        1 => "<failure message='no'/>",
        2 => "<error message='broken'/>",
        _ => "<skipped/>",
    }
}

impl Document {
    /// The report, with a suite around each run of cases of one group.
    fn xml(&self, run: Run) -> String {
        let Run { host, time } = run;
        let mut suites = String::new();
        for cases in self.cases.chunk_by(|a, b| a.group == b.group) {
            let group = cases[0].group;
            let (suite, attributes) = match self.tool {
                Tool::Pytest => (
                    "mine".to_owned(),
                    format!(
                        "errors='0' failures='0' skipped='0' tests='1' time='1' timestamp='{time}' hostname='{host}'"
                    ),
                ),
                Tool::Surefire => (
                    format!("com.acme.Group{group}"),
                    "xsi:noNamespaceSchemaLocation='x/surefire-test-report.xsd' time='1' tests='1'"
                        .to_owned(),
                ),
                Tool::JestDefault => (format!("Group{group}"), format!("timestamp='{time}'")),
                Tool::JestPath => {
                    (format!("src/group{group}.test.js"), format!("timestamp='{time}'"))
                }
                Tool::Mocha => (
                    format!("Group{group}"),
                    format!("timestamp='{time}' tests='1' time='0.1' failures='0'"),
                ),
                Tool::Playwright => (
                    format!("group{group}.spec.ts"),
                    format!(
                        "timestamp='{time}' hostname='firefox' tests='1' failures='0' skipped='0' time='1' errors='0'"
                    ),
                ),
                Tool::Go => (
                    format!("x.io/shop/group{group}"),
                    format!("timestamp='{time}' hostname='{host}'"),
                ),
                Tool::Unknown => {
                    (format!("Group {group}"), format!("hostname='{host}' timestamp='{time}'"))
                }
            };
            write!(suites, "<testsuite name='{suite}' {attributes}>").unwrap();
            if matches!(self.tool, Tool::Go) {
                suites.push_str(
                    "<properties><property name='go.version' value='1.22'/></properties>",
                );
            }
            for case in cases {
                let title = TITLES[usize::from(case.title) % TITLES.len()];
                let (classname, name) = match self.tool {
                    Tool::Pytest => (format!("tests.group{group}"), title.to_owned()),
                    Tool::Surefire | Tool::Go | Tool::Playwright => {
                        (suite.clone(), title.to_owned())
                    }
                    Tool::JestDefault => (format!("{suite} {title}"), format!("{suite} {title}")),
                    Tool::JestPath => (format!("Group{group} {title}"), title.to_owned()),
                    Tool::Mocha => (title.to_owned(), format!("{suite} {title}")),
                    Tool::Unknown => (format!("Class{group}"), title.to_owned()),
                };
                write!(
                    suites,
                    "<testcase classname='{classname}' name='{name}' time='0.5'>{}</testcase>",
                    state(case.state)
                )
                .unwrap();
            }
            suites.push_str("</testsuite>");
        }
        let root = match self.tool {
            Tool::Pytest => "name='pytest tests'",
            Tool::JestDefault | Tool::JestPath => "name='jest tests'",
            Tool::Mocha => "name='Mocha Tests'",
            Tool::Playwright => "id='' name=''",
            Tool::Surefire | Tool::Go | Tool::Unknown => "",
        };
        format!("<testsuites {root}>{suites}</testsuites>")
    }

    /// One report per case.
    fn shards(&self) -> impl Iterator<Item = Document> + '_ {
        self.cases.iter().map(|case| Document { tool: self.tool, cases: vec![*case] })
    }
}

fn documents() -> impl Strategy<Value = Vec<Document>> {
    let case =
        (0..4_u8, 0..8_u8, 0..8_u8).prop_map(|(group, title, state)| Case { group, title, state });
    let document = (prop::sample::select(&TOOLS[..]), prop::collection::vec(case, 1..12))
        .prop_map(|(tool, cases)| Document { tool, cases });
    prop::collection::vec(document, 1..6)
}

fn collected(documents: &[Document], run: Run, options: &IdentityOptions) -> Records {
    let texts: Vec<String> = documents.iter().map(|document| document.xml(run)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    records(&texts, options)
}

/// Identity, name and folder of each test.
fn tests(records: &Records) -> BTreeSet<(String, String, Vec<String>)> {
    records
        .tests
        .iter()
        .map(|test| (test.identity.to_string(), test.name.to_string(), test.class.folder.to_vec()))
        .collect()
}

fn identities(records: &Records) -> BTreeSet<String> {
    records.tests.iter().map(|test| test.identity.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_reports_changes_only_the_list_of_files(
        (documents, shuffled) in documents().prop_flat_map(|documents| (Just(documents.clone()), Just(documents).prop_shuffle())),
    ) {
        let options = IdentityOptions::default();
        let (one, two) = (collected(&documents, RUN, &options), collected(&shuffled, RUN, &options));
        prop_assert_eq!(tests(&one), tests(&two));
        let outcomes = |records: &Records| {
            let mut all: Vec<_> = records.tests.iter().map(|test| (test.identity, test.outcome, test.flaky, test.cases)).collect();
            all.sort_unstable_by_key(|test| test.0);
            all
        };
        prop_assert_eq!(outcomes(&one), outcomes(&two));
    }

    #[test]
    fn shards_yield_the_same_tests_as_the_whole_report(documents in documents()) {
        let options = IdentityOptions::default();
        let shards: Vec<Document> = documents.iter().flat_map(Document::shards).collect();
        prop_assert_eq!(
            tests(&collected(&documents, RUN, &options)),
            tests(&collected(&shards, RUN, &options))
        );
    }

    #[test]
    fn identities_do_not_depend_on_hosts_times_and_folders(documents in documents()) {
        let whole = identities(&collected(&documents, RUN, &IdentityOptions::default()));
        let elsewhere = Run { host: "laptop.local", time: "1970-01-01T00:00:00" };
        prop_assert_eq!(&identities(&collected(&documents, elsewhere, &IdentityOptions::default())), &whole);
        for group_by in [GroupBy::Suite, GroupBy::Classname, GroupBy::File, GroupBy::Flat] {
            for split in [Split::Auto, Split::Never, Split::At("a".to_owned())] {
                let options = IdentityOptions { group_by, split, folder: vec!["Shop".to_owned()], ..IdentityOptions::default() };
                let records = collected(&documents, RUN, &options);
                prop_assert_eq!(&identities(&records), &whole);
                prop_assert!(records.tests.iter().all(|test| test.class.folder[0] == "Shop"));
            }
        }
    }

    #[test]
    fn every_case_is_a_record_or_merged_or_excluded(documents in documents()) {
        for merge_parameters in [false, true] {
            let options = IdentityOptions { merge_parameters, ..IdentityOptions::default() };
            let records = collected(&documents, RUN, &options);
            let written: usize = documents.iter().map(|document| document.cases.len()).sum();
            prop_assert_eq!(records.seen, written);
            prop_assert_eq!(records.seen, records.tests.len() + records.merged + records.excluded);
            let cases: usize = records.tests.iter().map(|test| test.cases as usize).sum();
            prop_assert_eq!(cases, records.seen - records.excluded);
            let places: Vec<_> = records.tests.iter().map(|test| (&test.class.folder, &test.name, test.identity)).collect();
            prop_assert!(places.is_sorted());
        }
    }
}
