//! Reads the report files that were found, in parallel.

use std::path::Path;

use rayon::prelude::*;

use crate::discover::{Discovered, Excludes, Input, Origin, Source};
use crate::progress::{Progress, Stage};
use test_reports::archive::{Contents, is_passed_over, read_file, read_stdin, unreadable};
use test_reports::formats::model::Report;
use test_reports::formats::{Limit, Limits, ReadError, join_files};

/// The reports of one [`Discovered`], and the inputs that contained none.
#[derive(Debug, Default)]
pub struct Readings {
    /// The reports, in the order of their files; a JSON lines file may hold several. Inputs that could not be read come
    /// first, as damaged reports without cases.
    pub reports: Vec<Report>,
    /// Files that are not test reports, found in a directory, by a pattern or in an archive.
    pub foreign: usize,
    /// Directories and patterns without a report, as written.
    pub unmatched: Vec<String>,
}

/// Reads all files of each of the `groups`, each file within the limits of `limits`, and advances `progress` by one per file.
///
/// Switches huge pages off for this process.
#[must_use]
pub fn read_all(groups: Vec<Discovered>, limits: &Limits, progress: &Progress) -> Vec<Readings> {
    without_huge_pages();
    let files = groups.iter().map(|group| group.inputs.len() as u64).sum();
    progress.begin(Stage::Reading, files);
    groups.into_iter().map(|group| read_group(group, limits, progress)).collect()
}

/// Calls `work`, whose parallel parts run in threads that end with it: what the allocator keeps for them is returned then.
pub fn in_own_threads<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    match rayon::ThreadPoolBuilder::new().build() {
        Ok(pool) => pool.install(work),
        // The threads of the process do as well.
        Err(_) => work(),
    }
}

fn read_group(discovered: Discovered, limits: &Limits, progress: &Progress) -> Readings {
    let Discovered { inputs, unmatched, foreign, errors, excludes } = discovered;
    let mut readings = Readings { unmatched, foreign: foreign.len(), ..Readings::default() };
    for error in errors {
        readings.reports.push(unreadable(error.path(), &error));
    }
    let read_one = |input: Input| {
        let read = read(&input, limits, &excludes);
        progress.advance(1);
        (input, read)
    };
    // A file alone needs no threads.
    let read: Vec<(Input, Result<Contents, ReadError>)> = match inputs.len() {
        0 | 1 => inputs.into_iter().map(read_one).collect(),
        _ => inputs.into_par_iter().map(read_one).collect(),
    };
    for (input, read) in read {
        match read {
            Ok(Contents { reports, foreign }) => {
                readings.reports.extend(reports);
                readings.foreign += foreign;
            }
            Err(error)
                if input.origin == Origin::Found && is_passed_over(&input.display, &error) =>
            {
                readings.foreign += 1
            }
            Err(error) => readings.reports.push(unreadable(&input.display, &error)),
        }
    }
    readings.reports = join_files(readings.reports);
    readings
}

/// Switches huge pages off for this process, from its next page on. The allocator asks for them, but reports become small values,
/// millions or a few: clearing 2 MiB where a few KiB are used takes longer than small pages do, and memory. Programs that this
/// process starts inherit the setting: `run` makes it only when its command has ended.
pub(crate) fn without_huge_pages() {
    // Without it, everything works, more slowly.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

fn read(input: &Input, limits: &Limits, excludes: &Excludes) -> Result<Contents, ReadError> {
    let path = match &input.source {
        Source::Stdin => Path::new("-"),
        Source::File(path) => path,
    };
    let is_excluded = excludes.of_members(&input.display, path);
    let mut contents = match input.source {
        Source::Stdin => read_stdin(limits, &is_excluded),
        Source::File(_) => read_file(path, &input.display, limits, &is_excluded),
    }?;
    contents.reports.iter_mut().for_each(name_option);
    Ok(contents)
}

/// Adds the option that raises the limit to damage that exceeds one.
pub(crate) fn name_option(report: &mut Report) {
    let Some(flaw) = &mut report.damage else { return };
    let option = match flaw.limit.map(|exceeded| exceeded.limit) {
        Some(Limit::FileSize) => "--max-file-size",
        Some(Limit::TagSize | Limit::AttributeSize | Limit::NameSize) => "--max-value-size",
        Some(Limit::Cases) => "--max-cases",
        _ => return,
    };
    flaw.message = format!("{}: {option} allows more", flaw.message);
}
