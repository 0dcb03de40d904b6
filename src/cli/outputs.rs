//! One result, in several places: standard output and the files of `--output`.

use std::path::Path;

use crate::discover::{Discovered, Source};

use super::args::values::{OutputSpec, ResultFormat};
use super::exit::{ExitCode, ExitReasons};
use super::output::{OutputError, OutputFile, Streams};

/// Where a rendered result goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutputTarget {
    StandardOutput,
    File,
}

/// Opens every file before the work, so that nothing is done whose result could not be kept. A file of an earlier run is
/// deleted when all are open; none may be one of the reports `found`.
pub(super) fn open<F: ResultFormat>(
    specs: &[OutputSpec<F>],
    found: &Discovered,
    streams: &Streams,
) -> Result<Vec<OutputFile<F>>, ExitCode> {
    if let Some(spec) = specs.iter().find(|spec| is_report(&spec.path, found)) {
        let error = anyhow::anyhow!(
            "{} is one of the reports, and would be overwritten",
            spec.path.display()
        );
        streams.error(&error, Some("write the result to another place; nothing was done"));
        return Err(ExitCode::Usage);
    }
    let open = || {
        let files: Vec<OutputFile<F>> =
            specs.iter().map(OutputFile::open).collect::<Result<_, _>>()?;
        files.iter().try_for_each(OutputFile::remove_old)?;
        Ok(files)
    };
    open().map_err(|error: OutputError| {
        streams.error(&error.into(), Some("check --output; nothing was done"));
        ExitCode::Usage
    })
}

fn is_report(path: &Path, found: &Discovered) -> bool {
    let Ok(path) = path.canonicalize() else {
        return false;
    };
    found.inputs.iter().any(|input| match &input.source {
        Source::File(file) => file.canonicalize().is_ok_and(|file| file == path),
        Source::Stdin => false,
    })
}

/// Writes what `render` gives to every place; what cannot be written makes the ending incomplete.
pub(super) fn write<F: ResultFormat>(
    render: impl Fn(F, OutputTarget) -> anyhow::Result<String>,
    format: F,
    files: Vec<OutputFile<F>>,
    streams: &Streams,
    ending: &mut ExitReasons,
) {
    for file in files {
        let written =
            render(file.format(), OutputTarget::File).and_then(|text| Ok(file.finish(&text)?));
        if let Err(error) = written {
            ending.add(ExitCode::Incomplete);
            streams.error(&error, None);
        }
    }
    let written =
        render(format, OutputTarget::StandardOutput).and_then(|text| Ok(streams.result(&text)?));
    if let Err(error) = written {
        ending.add(ExitCode::Incomplete);
        streams.error(&error.context("cannot write the result to standard output"), None);
    }
}
