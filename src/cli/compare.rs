//! `--compare FILE`: reads the tests of an earlier run.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::summary::comparison::{Earlier, EarlierTest};
use test_reports::archive::{Contents, read_file};
use test_reports::formats::join_files;
use test_reports::formats::model::Outcome;
use test_reports::record::collect;

use super::cargo::Cargo;
use super::exit::ExitCode;
use super::reports::is_ignored;
use super::settings::Settings;
use super::streams::Streams;

/// How the JSON of an inspection and that of an import begin, without white space. JSON lines begin like the latter, and have
/// no exit code.
const INSPECTION: &str = "{\"schema_version\":1,\"files\":";
const IMPORT: &str = "{\"schema_version\":1,\"tool\":";
const EXIT_CODE: &str = "},\"exit_code\":";

const HINT: &str = "--compare reads any report, and the JSON of inspect; nothing was done";

/// The JSON of `inspect`.
#[derive(Deserialize)]
struct Inspection {
    /// The JSON of an import has none.
    #[serde(rename = "totals")]
    _totals: IgnoredAny,
    tests: Vec<Listed>,
}

/// The CTRF report of an import, which holds the identities of its tests.
#[derive(Deserialize)]
struct Identified {
    results: IdentifiedResults,
}

#[derive(Deserialize)]
struct IdentifiedResults {
    tests: Vec<IdentifiedTest>,
}

#[derive(Deserialize)]
struct IdentifiedTest {
    name: String,
    status: String,
    /// Milliseconds.
    duration: f64,
    #[serde(default)]
    suite: Vec<String>,
    /// Failures outside of tests have none.
    extra: Option<Extra>,
}

#[derive(Deserialize)]
struct Extra {
    identity: String,
}

#[derive(Deserialize)]
struct Listed {
    identity: String,
    folder: Vec<String>,
    name: String,
    outcome: Outcome,
    duration_s: Option<f64>,
}

/// Reads the tests of the earlier run in `file`, before outputs replace it. A file that does not exist is a warning, because
/// the first run of a branch has nothing to compare with.
///
/// # Errors
/// 2 if the file exists and cannot be read, which is reported.
pub(super) fn read(
    file: Option<&Path>,
    settings: &mut Settings,
    directory: &Path,
    cargo: &Cargo,
    streams: &Streams,
) -> Result<Option<Earlier>, ExitCode> {
    let Some(file) = file else { return Ok(None) };
    let shown = file.display().to_string();
    let path = directory.join(file);
    if let Err(error) = path.metadata()
        && error.kind() == io::ErrorKind::NotFound
    {
        settings
            .warnings
            .push(format!("--compare: there is no file {shown}, so nothing is compared"));
        return Ok(None);
    }
    match tests(&path, &shown, settings, directory, cargo) {
        Ok(earlier) => Ok(Some(earlier)),
        Err(error) => {
            let error = error.context(format!("--compare cannot read {shown}"));
            streams.error(&error, Some(HINT));
            Err(ExitCode::Usage)
        }
    }
}

fn tests(
    path: &Path,
    shown: &str,
    settings: &mut Settings,
    directory: &Path,
    cargo: &Cargo,
) -> anyhow::Result<Earlier> {
    let mut earlier = Earlier { file: shown.to_owned(), ..Earlier::default() };
    if let Some(inspection) = inspection(path, settings.reading.limits.file_size)? {
        for Listed { identity, folder, name, outcome, duration_s } in inspection.tests {
            let test = EarlierTest { folder, name, outcome, duration_s };
            earlier.tests.insert(identity, test);
        }
    } else if settings.namespaces().len() > 1 {
        // The same container and name are different tests, and a report does not say which.
        let text = text(path, settings.reading.limits.file_size)?;
        let identified = serde_json::from_str(&text).ok().filter(|Identified { results }| {
            results.tests.is_empty() || results.tests.iter().any(|test| test.extra.is_some())
        });
        let Some(Identified { results }) = identified else {
            anyhow::bail!(
                "it does not say which [[import]] table each test belongs to: compare with the file of --output ctrf=FILE"
            );
        };
        for test in results.tests {
            let IdentifiedTest { name, status, duration, suite: folder, extra } = test;
            let Some(Extra { identity }) = extra else { continue };
            let outcome = match status.as_str() {
                "passed" => Outcome::Passed,
                "failed" => Outcome::Failed,
                _ => Outcome::Skipped,
            };
            let duration_s = (duration > 0.0).then_some(duration / 1000.0);
            let test = EarlierTest { folder, name, outcome, duration_s };
            earlier.tests.insert(identity, test);
        }
    } else {
        let Contents { reports, foreign: _ } =
            read_file(path, shown, &settings.reading.limits, &|_| false)?;
        let mut reports = join_files(reports);
        cargo.name_binaries(&mut reports, directory);
        let options = settings.identities().next().unwrap_or(&settings.identity);
        let records = collect(&reports, options);
        let damaged = records.files.iter().filter(|file| file.damaged.is_some()).count();
        if damaged > 0 && records.tests.is_empty() {
            anyhow::bail!("the report is damaged and holds no test");
        } else if damaged > 0 {
            settings.warnings.push(format!(
                "--compare: {shown} is damaged: tests that are missing in it count as new"
            ));
        }
        for test in records.tests {
            let earlier_test = EarlierTest {
                folder: test.class.folder.to_vec(),
                name: test.name.to_string(),
                outcome: test.outcome,
                duration_s: test.seconds(),
            };
            earlier.tests.insert(test.identity.to_string(), earlier_test);
        }
    }
    // Which table an earlier test was of is not known.
    let is_left_out = |test: &EarlierTest| {
        settings.identities().enumerate().any(|(group, options)| {
            let may_be_of = settings.tables.is_empty() || test.folder.starts_with(&options.folder);
            may_be_of && is_ignored(settings, group, &test.folder, &test.name)
        })
    };
    earlier.tests.retain(|_, test| !is_left_out(test));
    Ok(earlier)
}

fn text(path: &Path, limit: u64) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(limit).read_to_string(&mut text)?;
    Ok(text)
}

/// The JSON of `inspect`, if the file holds that; none if it holds something else than our JSON.
fn inspection(path: &Path, limit: u64) -> anyhow::Result<Option<Inspection>> {
    let mut head = Vec::new();
    File::open(path)?.take(256).read_to_end(&mut head)?;
    let mut head = String::from_utf8_lossy(&head).into_owned();
    head.retain(|character| !character.is_whitespace());
    let is_import = head.starts_with(IMPORT) && head.contains(EXIT_CODE);
    if !(head.starts_with(INSPECTION) || is_import) {
        return Ok(None);
    }
    let text = text(path, limit)?;
    match serde_json::from_str(&text) {
        Ok(inspection) => Ok(Some(inspection)),
        Err(_) if serde_json::from_str::<Imported>(&text).is_ok() => anyhow::bail!(
            "it is the summary of an import, which lists only failures: write `--output ctrf=FILE` with every import, and compare with that"
        ),
        Err(error) => Err(anyhow::Error::new(error).context("it is not the JSON of inspect")),
    }
}

/// The JSON of an import.
#[derive(Deserialize)]
struct Imported {
    #[serde(rename = "failures")]
    _failures: IgnoredAny,
}
