//! The tests as a report that other programs read: JUnit's XML, or the Common Test Report Format. The whole import is in the JSON.

use std::borrow::Cow;

use jiff::Timestamp;
use test_reports::record::{TestClass, TestRecord};
use test_reports::write;

use super::Summary;
use super::text::TextOptions;
use super::writers::Writer;

/// One JUnit report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Junit;

impl Writer for Junit {
    fn import(&self, summary: &Summary, _: &TextOptions) -> serde_json::Result<String> {
        let tests = tests(summary);
        let tests: Vec<&TestRecord> = tests.iter().map(AsRef::as_ref).collect();
        write::junit(&tests, &summary.records.run_errors).map_err(serde_json::Error::io)
    }

    fn inspection(&self, summary: &Summary, options: &TextOptions) -> serde_json::Result<String> {
        self.import(summary, options)
    }
}

/// One CTRF report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ctrf;

impl Writer for Ctrf {
    fn import(&self, summary: &Summary, _: &TextOptions) -> serde_json::Result<String> {
        let tests: Vec<&TestRecord> = summary.to_import().iter().collect();
        let now = Timestamp::now().as_millisecond();
        write::ctrf(&tests, &summary.records.run_errors, summary.tool.version, now)
    }

    fn inspection(&self, summary: &Summary, options: &TextOptions) -> serde_json::Result<String> {
        self.import(summary, options)
    }
}

/// The tests to import. Their folders are those of the reports, without the one that `--folder` puts them into.
fn tests(summary: &Summary) -> Vec<Cow<'_, TestRecord>> {
    fn below<'t>(test: &'t TestRecord, folder: &[String]) -> Cow<'t, TestRecord> {
        match test.class.folder.strip_prefix(folder) {
            Some(rest) if !folder.is_empty() => {
                let class = TestClass { folder: rest.into(), ..TestClass::clone(&test.class) };
                Cow::Owned(TestRecord { class: class.into(), ..TestRecord::clone(test) })
            }
            _ => Cow::Borrowed(test),
        }
    }
    summary.to_import().iter().map(|test| below(test, summary.folder_of(test))).collect()
}
