//! The JSON of `inspect`.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::summary::comparison::Comparison;
use crate::summary::{ImportedTable, OutcomeCounts, Summary, flawed_files};
use test_reports::record::{Details, FileCounts, RunError, TestClass, TestRecord};

#[derive(Serialize)]
pub(in crate::summary) struct Inspection<'a> {
    schema_version: u32,
    files: &'a [FileCounts],
    totals: Totals,
    imports: &'a [ImportedTable],
    comparison: Option<&'a Comparison>,
    #[serde(serialize_with = "tests")]
    tests: &'a [TestRecord],
    run_errors: &'a [RunError],
    warnings: &'a [String],
}

/// The inspection with all its lists.
pub(super) fn whole(summary: &Summary) -> Inspection<'_> {
    Inspection {
        files: &summary.records.files,
        tests: summary.to_import(),
        run_errors: &summary.records.run_errors,
        warnings: &summary.warnings,
        imports: &summary.imports,
        comparison: summary.comparison.as_ref(),
        ..totals(summary)
    }
}

/// The inspection with empty lists.
pub(in crate::summary) fn totals(summary: &Summary) -> Inspection<'_> {
    let Summary { schema_version, reports, tests: ledger, .. } = summary;
    Inspection {
        schema_version: *schema_version,
        files: &[],
        totals: Totals {
            files: reports.files,
            recovered: flawed_files(&reports.recovered),
            damaged: flawed_files(&reports.damaged),
            seen: ledger.seen,
            merged: ledger.merged,
            excluded: ledger.excluded,
            ignored: ledger.ignored,
            counts: reports.counts,
        },
        imports: &[],
        comparison: None,
        tests: &[],
        run_errors: &[],
        warnings: &[],
    }
}

/// `seen`, `merged` and `excluded` count test cases, `counts` tests; `ignored` of these are not in the list.
#[derive(Serialize)]
struct Totals {
    files: usize,
    recovered: usize,
    damaged: usize,
    seen: usize,
    merged: usize,
    excluded: usize,
    ignored: usize,
    #[serde(flatten)]
    counts: OutcomeCounts,
}

/// One at a time: there may be millions.
fn tests<S: Serializer>(tests: &[TestRecord], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(tests.iter().map(Test))
}

struct Test<'a>(&'a TestRecord);

impl Serialize for Test<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let TestRecord {
            identity,
            name,
            class,
            duration,
            line,
            cases: _,
            group: _,
            outcome,
            flaky,
            details,
        } = self.0;
        let TestClass { container, folder, suites, classname, file } = &**class;
        let Details {
            older: _,
            attempts,
            message,
            kind,
            // The text of a failure may have 64 KiB.
            trace: _,
            full_name: _,
            properties,
            tags,
            attachments,
            defects,
            // For people.
            divided: _,
            steps,
            pinned: _,
        } = &**details;
        let mut test = serializer.serialize_map(None)?;
        test.serialize_entry("identity", identity)?;
        test.serialize_entry("container", container)?;
        test.serialize_entry("name", name)?;
        test.serialize_entry("folder", folder)?;
        test.serialize_entry("outcome", outcome)?;
        test.serialize_entry("flaky", flaky)?;
        test.serialize_entry("duration_s", duration)?;
        test.serialize_entry("attempts", attempts)?;
        test.serialize_entry("message", message)?;
        test.serialize_entry("type", kind)?;
        test.serialize_entry("file", file)?;
        test.serialize_entry("line", line)?;
        test.serialize_entry("classname", classname)?;
        test.serialize_entry("suites", suites)?;
        test.serialize_entry("properties", properties)?;
        test.serialize_entry("tags", tags)?;
        test.serialize_entry("attachments", attachments)?;
        test.serialize_entry("defects", defects)?;
        test.serialize_entry("steps", steps)?;
        test.end()
    }
}
