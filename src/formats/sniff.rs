//! Which format a report is in, told by its document element and never by its file name.

use super::model::Format;

/// Document elements of test reports. The order does not matter.
const ROOTS: [(&str, Option<Format>); 9] = [
    ("testsuites", Some(Format::Junit)),
    ("testsuite", Some(Format::Junit)),
    ("testrun", Some(Format::Junit)),
    ("assemblies", None),
    ("assembly", None),
    ("test-results", None),
    ("test-run", None),
    ("TestRun", None),
    ("testng-results", None),
];

/// Whether a document element of this name belongs to a test report.
pub(crate) fn is_root(name: &str) -> bool {
    ROOTS.iter().any(|(root, _)| *root == name)
}

/// The format of the report with this document element; none if there is no reader for it.
pub(crate) fn format_of(root: &str) -> Option<Format> {
    ROOTS
        .iter()
        .find(|(name, _)| *name == root)
        .and_then(|(_, format)| *format)
}
