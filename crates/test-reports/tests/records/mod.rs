//! Reports of many tools, merged into records.

mod corpus;
mod described;
mod elsewhere;
mod golden;
mod json_and_text;
mod lines;
mod mixed;
mod own_formats;
mod properties;
mod speed;
mod written;

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

/// The reports in tools' own formats in the directories of `testdata`, sorted.
fn own_below(testdata: &Path) -> Vec<PathBuf> {
    const EXTENSIONS: [&str; 5] = ["json", "jsonl", "ndjson", "tap", "txt"];
    let is_own = |path: &PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
            && !path.ends_with("libtest-text/cargo-test.txt")
    };
    let entries = |path: PathBuf| path.read_dir().into_iter().flatten();
    let mut files: Vec<PathBuf> = entries(testdata.to_owned())
        .flat_map(|directory| entries(directory.unwrap().path()))
        .map(|file| file.unwrap().path())
        .filter(is_own)
        .collect();
    files.sort();
    files
}

/// All reports in XML below a directory, sorted.
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
