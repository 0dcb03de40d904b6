//! The format of a report, by its document element and never by its file name.

use super::model::Format;

/// Document elements of test reports.
const ROOTS: [(&str, Format); 9] = [
    ("testsuites", Format::Junit),
    ("testsuite", Format::Junit),
    ("testrun", Format::Junit),
    ("assemblies", Format::Xunit),
    ("assembly", Format::Xunit),
    ("test-results", Format::Nunit),
    ("test-run", Format::Nunit),
    ("TestRun", Format::Trx),
    ("testng-results", Format::Testng),
];

/// Whether `name` is a document element of a test report.
pub(crate) fn is_root(name: &str) -> bool {
    format_of(name).is_some()
}

/// The format of the report with this document element; none if it is not a test report.
pub(crate) fn format_of(root: &str) -> Option<Format> {
    ROOTS.iter().find(|(name, _)| *name == root).map(|&(_, format)| format)
}
