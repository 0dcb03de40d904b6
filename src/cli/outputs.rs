//! Where a result goes: standard output and the files of `--output`.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::NamedTempFile;

use super::args::values::{OutputSpec, ResultFormat};
use super::exit::ExitCode;
use super::streams::Streams;
use crate::discover::{Discovered, Source};
use crate::summary::writers::Writer;

/// The target that a result is rendered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutputTarget {
    StandardOutput,
    File,
}

/// Standard output in one format, and opened files.
pub(super) struct Outputs<F> {
    pub(super) format: F,
    files: Vec<OutputFile<F>>,
}

impl<F: ResultFormat> Outputs<F> {
    /// Opens every file before the work, so that nothing is done whose result could not be kept. Existing files are
    /// deleted once all are open. No file may be one of the reports `found`, and none may be given twice.
    pub(super) fn open(
        format: F,
        specs: &[OutputSpec<F>],
        directory: &Path,
        found: &Discovered,
        streams: &Streams,
    ) -> Result<Self, ExitCode> {
        let paths: Vec<PathBuf> = specs.iter().map(|spec| directory.join(&spec.path)).collect();
        for (index, path) in paths.iter().enumerate() {
            let shown = specs[index].path.display();
            let error = if paths[..index].iter().any(|other| is_same_file(other, path)) {
                format!("two results would go to {shown}")
            } else if is_report(path, found) {
                format!("{shown} is one of the reports, and would be overwritten")
            } else {
                continue;
            };
            streams.error_text(&error, Some("choose another file for --output; nothing was done"));
            return Err(ExitCode::Usage);
        }
        let open = || {
            let files =
                specs.iter().zip(paths).map(|(spec, path)| OutputFile::open(spec.format, path));
            let files = files.collect::<anyhow::Result<Vec<_>>>()?;
            files.iter().try_for_each(OutputFile::remove_old)?;
            Ok(Self { format, files })
        };
        open().map_err(|error: anyhow::Error| {
            streams.error(&error, Some("check --output; nothing was done"));
            ExitCode::Usage
        })
    }

    /// Renders and writes every output. A failure is reported and makes the exit code 1.
    pub(super) fn write(
        self,
        render: impl Fn(F, OutputTarget) -> anyhow::Result<String>,
        streams: &Streams,
    ) -> ExitCode {
        let mut exit = ExitCode::Done;
        for file in self.files {
            let written =
                render(file.format, OutputTarget::File).and_then(|text| file.finish(&text));
            if let Err(error) = written {
                exit.add(ExitCode::Incomplete);
                streams.error(&error, None);
            }
        }
        match render(self.format, OutputTarget::StandardOutput) {
            Ok(text) => exit.add(streams.print(&text)),
            Err(error) => {
                exit.add(ExitCode::Incomplete);
                streams.error(&error, None);
            }
        }
        exit
    }
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

/// Whether two paths lead to the same file, which need not exist. Devices may be written twice.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| {
        path.canonicalize()
            .ok()
            .or_else(|| Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?)))
    };
    match (real(one), real(other)) {
        (Some(one), Some(other)) => one == other && (one.is_file() || !one.exists()),
        _ => one == other,
    }
}

/// A file of `--output`: opened before the work, complete or absent after it.
#[derive(Debug)]
struct OutputFile<F> {
    format: F,
    path: PathBuf,
    /// A device or a FIFO, which is written directly. None for a file, which is replaced at the end.
    device: Option<File>,
}

impl<F: ResultFormat> OutputFile<F> {
    /// Makes sure that the file can be written. Errors name the path.
    fn open(format: F, path: PathBuf) -> anyhow::Result<Self> {
        // A link stays a link: its target is replaced.
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        let open = || -> io::Result<Option<File>> {
            match std::fs::metadata(&real) {
                Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
                Ok(metadata) if !metadata.is_file() => {
                    File::options().write(true).open(&real).map(Some)
                }
                // The temporary file is deleted at once: a killed process leaves nothing behind.
                _ => temporary(&real).map(|_| None),
            }
        };
        let device = open().with_context(|| cannot_write(&path))?;
        Ok(Self { format, path: real, device })
    }

    /// Deletes the file of an earlier run. If the import is killed, the next step of a pipeline must not use it.
    fn remove_old(&self) -> anyhow::Result<()> {
        match &self.device {
            Some(_) => Ok(()),
            None => match std::fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(error).with_context(|| cannot_write(&self.path))
                }
                _ => Ok(()),
            },
        }
    }

    /// Writes the whole file without styles, or no file.
    fn finish(self, text: &str) -> anyhow::Result<()> {
        let text = if self.format.writer().is_some_and(Writer::has_styles) {
            Cow::Owned(anstream::adapter::strip_str(text).to_string())
        } else {
            Cow::Borrowed(text)
        };
        let written = match self.device {
            Some(mut device) => device.write_all(text.as_bytes()),
            None => temporary(&self.path).and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.as_file().sync_all()?;
                file.persist(&self.path).map(drop).map_err(|error| error.error)
            }),
        };
        written.with_context(|| cannot_write(&self.path))
    }
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write the summary to {}", path.display())
}

/// A temporary file in the directory of `path`, so that it can be renamed.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // The error of tempfile would name a file that the user does not know.
    std::fs::metadata(directory)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tq-import-").suffix(".tmp");
    #[cfg(unix)]
    {
        // The mode of any new file; the umask still applies.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::cli::args::values::SummaryFormat;

    fn open(path: impl Into<PathBuf>) -> anyhow::Result<OutputFile<SummaryFormat>> {
        OutputFile::open(SummaryFormat::Text, path.into())
    }

    fn names(directory: &Path) -> Vec<String> {
        std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn an_output_is_complete_or_absent() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("summary.txt");
        std::fs::write(&path, "yesterday's").unwrap();
        let output = open(&path).unwrap();
        output.remove_old().unwrap();
        assert!(!path.exists(), "there is no file during the work");
        drop(output);
        assert_eq!(names(directory.path()), Vec::<String>::new());
        open(&path).unwrap().finish("\u{1b}[1mdone\u{1b}[0m\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "done\n");
        assert_eq!(names(directory.path()), ["summary.txt"]);
    }

    #[test]
    fn an_unwritable_output_is_an_error_before_the_work() {
        let directory = tempfile::tempdir().unwrap();
        for path in
            [directory.path().to_owned(), directory.path().join("no-such-directory/summary.txt")]
        {
            let error = open(&path).unwrap_err();
            assert!(error.to_string().ends_with(&path.display().to_string()), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_written_and_links_kept() {
        open("/dev/null").unwrap().finish("x").unwrap();
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (directory.path().join("real"), directory.path().join("link"));
        std::fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        open(&link).unwrap().finish("new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "new");
    }
}
