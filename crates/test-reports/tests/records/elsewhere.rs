//! Identities of the same tests that ran at another time, on another machine, in another directory.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use test_reports::record::{GroupBy, IdentityOptions, Split, collect};
use test_reports::text::RepositoryRoot;

use super::xml_below;
use crate::single::read;

/// Replaces the value of every attribute of this name.
fn with_attribute(xml: &str, name: &str, value: &str) -> String {
    let start = format!(" {name}=\"");
    let mut pieces = xml.split(&start);
    let mut changed = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find('"').unwrap_or_default();
        changed.push_str(&start);
        changed.push_str(value);
        changed.push_str(&piece[end..]);
    }
    changed
}

fn identities(xml: &str, path: &str, options: &IdentityOptions) -> BTreeSet<String> {
    // The projects beside the reports contain other XML files.
    let Ok(report) = read(xml.as_bytes(), path) else {
        return BTreeSet::new();
    };
    let records = collect(&[report], options);
    records.tests.iter().map(|test| test.identity.to_string()).collect()
}

#[test]
fn identities_do_not_depend_on_time_and_machine() {
    let testdata = crate::repository("testdata");
    let mut moved = 0;
    for path in xml_below(&testdata) {
        let Ok(xml) = fs::read_to_string(&path) else {
            continue;
        };
        let Some(tool) = path.strip_prefix(&testdata).unwrap().iter().next() else {
            continue;
        };
        let tool = tool.to_string_lossy();
        // Some reports of one tool share their directory.
        let home = xml.split("/srv/demo/").nth(1).and_then(|rest| {
            let end = rest.find(|next: char| !next.is_ascii_alphanumeric() && next != '-')?;
            Some(rest[..end].to_owned())
        });
        let home = home.unwrap_or_else(|| tool.clone().into_owned());
        let root = |path: &str| RepositoryRoot::new(Path::new(path));
        let here = IdentityOptions {
            root: root(&format!("/srv/demo/{home}")),
            ..IdentityOptions::default()
        };
        let known = identities(&xml, "report.xml", &here);
        let label = path.display();

        let later = with_attribute(&xml, "timestamp", "1999-12-31T23:59:59");
        let elsewhere = with_attribute(&later, "hostname", "laptop.local");
        assert_eq!(identities(&elsewhere, "out/other.xml", &here), known, "{label}: another host");

        let there = IdentityOptions { root: root("/builds/42/shop"), ..IdentityOptions::default() };
        let checkout = xml.replace(&format!("/srv/demo/{home}"), "/builds/42/shop");
        assert_eq!(identities(&checkout, "report.xml", &there), known, "{label}: another checkout");
        moved += usize::from(checkout != xml);

        for group_by in [GroupBy::Suite, GroupBy::Classname, GroupBy::File, GroupBy::Flat] {
            for split in [Split::Never, Split::At("e".to_owned())] {
                let folder = vec!["Shop".to_owned(), "Nightly".to_owned()];
                let options = IdentityOptions { group_by, split, folder, ..here.clone() };
                assert_eq!(
                    identities(&xml, "report.xml", &options),
                    known,
                    "{label}: other folders"
                );
            }
        }
    }
    assert!(moved >= 10, "only {moved} reports contain the directory where they were written");
}
