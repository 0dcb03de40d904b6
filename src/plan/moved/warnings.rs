//! What is said about the findings: one line for each kind, however many tests it concerns.

use crate::plan::options::{Adopt, PlanOptions};
use test_reports::text::{self, count};

use super::Findings;

/// Pairs of containers that a line names.
const SHOWN: usize = 5;

/// The longest name in a line, in characters.
const NAME_CHARS: usize = 80;

pub(super) fn warnings(
    findings: &Findings,
    changing: Option<(usize, String, String)>,
    options: &PlanOptions,
) -> Vec<String> {
    let mut lines = Vec::new();
    // What is linked is a change, not a warning.
    if options.linking.is_none() {
        lines.extend(moved(findings));
    }
    if let Some(other) = &findings.other_namespace {
        lines.push(format!(
            "{} in this project under {} (first: {:?}, test {}); `tq-import relink --from-namespace {}` carries such tests over",
            match other.tests {
                1 => "1 new test exists".to_owned(),
                tests => format!("{} exist", count(tests, "new test")),
            },
            if other.is_none { "no namespace" } else { "another namespace" },
            text::cut(&other.example, NAME_CHARS),
            other.id,
            if other.is_none { "''" } else { "NAME" },
        ));
    }
    let may_adopt = !matches!(options.adopt, Adopt::None | Adopt::Anywhere);
    if let [first, ..] = &findings.elsewhere[..]
        && may_adopt
    {
        lines.push(format!(
            "{} (first: test {}): `--adopt anywhere` links them where only one test has the name; `tq-import explain` shows the test",
            match findings.elsewhere.len() {
                1 => "1 new test has the name of an unlinked test in another folder".to_owned(),
                tests => format!(
                    "{} have the names of unlinked tests in other folders",
                    count(tests, "new test")
                ),
            },
            first.id,
        ));
    }
    if let Some((tests, name, former)) = changing {
        let shown = |name: &str| format!("{:?}", text::cut(name, NAME_CHARS));
        lines.push(format!(
            "{} in a part that changes with every run, so every import creates the tests again (first: {}, formerly {}): remove the address, UUID, time or number from the name, or merge parameters with --merge-parameters",
            match tests {
                1 => "1 new test differs from a test that is no longer reported only".to_owned(),
                tests => format!(
                    "{} differ from tests that are no longer reported only",
                    count(tests, "new test")
                ),
            },
            shown(&name),
            shown(&former),
        ));
    }
    lines
}

fn moved(findings: &Findings) -> Option<String> {
    let tests: usize = findings.moved.iter().map(|moved| moved.tests).sum();
    if tests == 0 {
        return None;
    }
    let mut groups: Vec<&super::Moved> = findings.moved.iter().collect();
    groups.sort_by(|a, b| b.tests.cmp(&a.tests).then(a.from.cmp(&b.from)));
    let shown = |container: &str| match container {
        "" => "(none)".to_owned(),
        container => text::cut(container, NAME_CHARS).into_owned(),
    };
    let mut places: Vec<String> = groups
        .iter()
        .take(SHOWN)
        .map(|moved| format!("{} → {} ({})", shown(&moved.from), shown(&moved.to), moved.tests))
        .collect();
    if let Some(more @ 1..) = groups.len().checked_sub(SHOWN) {
        places.push(format!("and {} more", count(more, "container")));
    }
    Some(format!(
        "{} no longer reported: {}; `tq-import relink` carries the existing tests over, before an import creates them again",
        match tests {
            1 => "1 new test has the name of a test that is".to_owned(),
            tests => format!("{} have the names of tests that are", count(tests, "new test")),
        },
        places.join(", "),
    ))
}
