//! One result, in several places: standard output and the files of `--output`.

use super::args::values::{OutputSpec, ResultFormat};
use super::exit::{Ending, Exit};
use super::output::{OutputFile, Streams};

/// Where a rendered result goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    StandardOutput,
    File,
}

/// Opens every file before the work, so that nothing is done whose result could not be kept.
pub(super) fn open<F: ResultFormat>(
    specs: &[OutputSpec<F>],
    streams: &Streams,
) -> Result<Vec<OutputFile<F>>, Exit> {
    specs.iter().map(OutputFile::open).collect::<Result<_, _>>().map_err(|error| {
        streams.error(&error.into(), Some("check --output; nothing was done"));
        Exit::Usage
    })
}

/// Writes what `render` gives to every place; what cannot be written makes the ending incomplete.
pub(super) fn write<F: ResultFormat>(
    render: impl Fn(F, Place) -> anyhow::Result<String>,
    format: F,
    files: Vec<OutputFile<F>>,
    streams: &Streams,
    ending: &mut Ending,
) {
    for file in files {
        let written = render(file.format(), Place::File).and_then(|text| Ok(file.finish(&text)?));
        if let Err(error) = written {
            ending.add(Exit::Incomplete);
            streams.error(&error, None);
        }
    }
    let written = render(format, Place::StandardOutput).and_then(|text| Ok(streams.result(&text)?));
    if let Err(error) = written {
        ending.add(Exit::Incomplete);
        streams.error(&error.context("cannot write the result to standard output"), None);
    }
}
