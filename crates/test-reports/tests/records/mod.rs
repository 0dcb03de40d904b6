//! Reports of many tools, merged into records.

mod corpus;
mod described;
mod elsewhere;
mod golden;
mod lines;
mod mixed;
mod own_formats;
mod properties;
mod speed;

use std::path::{Path, PathBuf};

use test_reports::formats::model::Report;
use test_reports::record::{IdentityOptions, Records, collect};

/// The report in a text.
fn report(path: &str, xml: &str) -> Report {
    crate::single::read(xml.as_bytes(), path).unwrap()
}

/// The records of reports in texts, named `r0.xml`, `r1.xml` …
fn records(reports: &[&str], options: &IdentityOptions) -> Records {
    let reports: Vec<Report> = reports
        .iter()
        .enumerate()
        .map(|(index, xml)| report(&format!("r{index}.xml"), xml))
        .collect();
    collect(&reports, options)
}

/// All reports below a directory, sorted.
fn xml_below(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(directory)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "xml" || extension == "trx")
        })
        .collect();
    files.sort();
    files
}
