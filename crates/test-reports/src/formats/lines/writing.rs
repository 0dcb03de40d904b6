//! Writes JSON lines.

use std::io::{self, Write};

use super::wire::{CaseOut, Damaged, End, FileOut, HeaderOut, Program, SCHEMA_VERSION};
use crate::formats::model::Report;
use crate::text::RepositoryRoot;

/// The suffix for names of files of JSON lines.
pub const FILE_SUFFIX: &str = ".jsonl";

/// Writes `reports`, each with the name of its tool, as JSON lines by `program`. `here` is the repository root on this machine; reports
/// from JSON lines keep that of the machine that wrote them.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(
    reports: &[(&Report, &str)],
    here: &RepositoryRoot,
    program: Program<'_>,
    out: &mut impl Write,
) -> io::Result<()> {
    line(
        out,
        &HeaderOut {
            schema_version: SCHEMA_VERSION,
            tool: program,
            files: reports.iter().map(|(report, tool)| FileOut::new(report, tool, here)).collect(),
            damaged: reports
                .iter()
                .filter_map(|(report, _)| {
                    report.damage.as_ref().map(|flaw| Damaged { path: &report.path, flaw })
                })
                .collect(),
        },
    )?;
    let mut cases = 0;
    for (index, (report, tool)) in reports.iter().enumerate() {
        for case in &report.cases {
            let chain = report.suite_chain(case.suite);
            let innermost = |name: &str| chain.iter().rev().find_map(|suite| suite.attribute(name));
            line(
                out,
                &CaseOut {
                    report: index,
                    format: report.format,
                    tool,
                    suites: chain.iter().map(|suite| &*suite.name).collect(),
                    hostname: innermost("hostname"),
                    timestamp: innermost("timestamp"),
                    case,
                },
            )?;
            cases += 1;
        }
    }
    line(out, &End { end: true, cases })
}

fn line(out: &mut impl Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
