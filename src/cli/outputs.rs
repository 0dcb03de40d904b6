//! Where a result goes: standard output and the files of `--output`.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::NamedTempFile;

use super::args::values::{InspectFormat, OutputSpec, ResultFormat};
use super::exit::ExitCode;
use super::streams::Streams;
use crate::api::redact::redact;
use crate::discover::{Discovered, Source, discover};
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
        found: &[Discovered],
        streams: &Streams,
    ) -> Result<Self, ExitCode> {
        let paths: Vec<PathBuf> = specs.iter().map(|spec| directory.join(&spec.path)).collect();
        for (index, path) in paths.iter().enumerate() {
            let shown = specs[index].path.display();
            let error = if paths[..index].iter().any(|other| is_same_file(other, path)) {
                format!("two outputs would be written to {shown}")
            } else if is_report(path, found) {
                format!("{shown} is one of the reports, and would be overwritten")
            } else {
                continue;
            };
            streams.error_text(&error, Some("choose another file for --output; nothing was done"));
            delete_old(specs, directory, found);
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
            delete_old(specs, directory, found);
            ExitCode::Usage
        })
    }

    /// Renders and writes every output; `render` gets the reason for the exit code that writing has added so far. A failure is
    /// reported and makes the exit code 1: the outputs that are not yet in place are then rendered again.
    pub(super) fn write(
        self,
        mut render: impl FnMut(F, OutputTarget, ExitCode) -> anyhow::Result<String>,
        streams: &Streams,
    ) -> ExitCode {
        let mut exit = ExitCode::Done;
        let Self { format, mut files } = self;
        let mut staged = stage(&mut files, &mut render, exit, streams);
        if staged.has_failed {
            exit.add(ExitCode::Incomplete);
            staged = stage(&mut files, &mut render, exit, streams);
        }
        let printed = match render(format, OutputTarget::StandardOutput, exit) {
            Ok(text) => streams.print(&text),
            Err(error) => {
                streams.error(&error, None);
                ExitCode::Incomplete
            }
        };
        if printed != ExitCode::Done && exit == ExitCode::Done {
            staged = stage(&mut files, &mut render, printed, streams);
        }
        exit.add(printed);
        for file in staged.files {
            if let Err(error) = file.finish() {
                exit.add(ExitCode::Incomplete);
                streams.error(&error, None);
            }
        }
        exit
    }
}

/// Rendered files that are not yet in place.
struct Staged {
    files: Vec<StagedFile>,
    has_failed: bool,
}

/// Renders `files`. Those that cannot be written are reported and removed.
fn stage<F: ResultFormat>(
    files: &mut Vec<OutputFile<F>>,
    render: &mut impl FnMut(F, OutputTarget, ExitCode) -> anyhow::Result<String>,
    exit: ExitCode,
    streams: &Streams,
) -> Staged {
    let mut staged = Staged { files: Vec::new(), has_failed: false };
    files.retain(|file| {
        let text = render(file.format, OutputTarget::File, exit);
        match text.and_then(|text| file.stage(&text)) {
            Ok(file) => staged.files.push(file),
            Err(error) => {
                streams.error(&error, None);
                staged.has_failed = true;
                return false;
            }
        }
        true
    });
    staged
}

/// Deletes the files of an earlier run that `specs` name: the next step of a pipeline must not use them after a start that
/// failed. Reports, devices and directories stay.
pub(super) fn delete_old<F>(specs: &[OutputSpec<F>], directory: &Path, found: &[Discovered]) {
    for path in specs.iter().map(|spec| directory.join(&spec.path)) {
        if path.is_file() && !is_report(&path, found) {
            // A link stays a link. Whoever cannot delete the file has other worries.
            let _ = std::fs::remove_file(path.canonicalize().unwrap_or(path));
        }
    }
}

/// As [`delete_old`], for a command line that cannot be parsed.
pub(super) fn delete_old_of(arguments: &[OsString], directory: &Path) {
    let mut specs: Vec<OutputSpec<InspectFormat>> = Vec::new();
    let mut others = Vec::new();
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
    // Its option names the file alone.
    let converts = arguments.clone().any(|argument| argument == "convert");
    while let Some(argument) = arguments.next().filter(|argument| *argument != "--") {
        let value = match argument.strip_prefix("--output") {
            Some("") => arguments.next(),
            None if argument == "-o" => arguments.next(),
            Some(value) => value.strip_prefix('=').map(|value| Cow::Owned(value.to_owned())),
            None => {
                others.push(argument.into_owned());
                continue;
            }
        };
        let file = |value: &str| OutputSpec { format: InspectFormat::Jsonl, path: value.into() };
        let spec = |value: Cow<'_, str>| match value.parse() {
            Ok(spec) => Some(spec),
            Err(_) => (converts && value != "-").then(|| file(&value)),
        };
        specs.extend(value.and_then(spec));
    }
    // Any other argument may name reports.
    let paths: Vec<PathBuf> = specs.iter().map(|spec| directory.join(&spec.path)).collect();
    others.retain(|other| {
        let named = directory.join(other);
        other.contains(['*', '?', '[', '{'])
            || paths.iter().any(|path| is_same_file(&named, path) || is_within(path, &named))
    });
    delete_old(&specs, directory, &[discover(directory, &others, &[])]);
}

fn is_within(path: &Path, directory: &Path) -> bool {
    match (path.canonicalize(), directory.canonicalize()) {
        (Ok(path), Ok(directory)) => directory.is_dir() && path.starts_with(directory),
        _ => false,
    }
}

fn is_report(path: &Path, found: &[Discovered]) -> bool {
    let Ok(path) = path.canonicalize() else {
        return false;
    };
    found.iter().flat_map(|found| &found.inputs).any(|input| match &input.source {
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

    /// Writes `text` without styles beside the file, which [`StagedFile::finish`] then replaces.
    fn stage(&self, text: &str) -> anyhow::Result<StagedFile> {
        let text = if self.format.writer().is_some_and(Writer::has_styles) {
            Cow::Owned(anstream::adapter::strip_str(text).to_string())
        } else {
            Cow::Borrowed(text)
        };
        let text = redact(&text);
        let path = self.path.clone();
        let stage = || -> io::Result<StagedFile> {
            if let Some(device) = &self.device {
                let text = text.clone().into_owned();
                return Ok(StagedFile::Device {
                    path: path.clone(),
                    device: device.try_clone()?,
                    text,
                });
            }
            let mut file = temporary(&path)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            Ok(StagedFile::File { path: path.clone(), file })
        };
        stage().with_context(|| cannot_write(&path))
    }
}

/// A rendered file.
enum StagedFile {
    /// Complete, under a temporary name. Deleted if it is dropped.
    File { path: PathBuf, file: NamedTempFile },
    /// A device or a FIFO cannot be written twice.
    Device { path: PathBuf, device: File, text: String },
}

impl StagedFile {
    /// Puts the file in place.
    fn finish(self) -> anyhow::Result<()> {
        let (path, written) = match self {
            Self::File { path, file } => {
                let written = file.persist(&path).map(drop).map_err(|error| error.error);
                (path, written)
            }
            Self::Device { path, mut device, text } => (path, device.write_all(text.as_bytes())),
        };
        written.with_context(|| cannot_write(&path))
    }
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

/// A temporary file in the directory of `path`, so that it can be renamed.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // The error of tempfile would name a file that the user does not know.
    std::fs::metadata(directory).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            io::Error::other(format!("there is no directory {}", directory.display()))
        }
        _ => error,
    })?;
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
        let staged = open(&path).unwrap().stage("\u{1b}[1mdone\u{1b}[0m\n").unwrap();
        assert!(!path.exists(), "it is not yet in place");
        staged.finish().unwrap();
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

    #[test]
    fn old_outputs_are_deleted_after_a_failed_start_and_reports_are_not() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let left = |arguments: &[&str]| {
            for name in ["old.json", "old.md", "reports/a.xml", "b.xml"] {
                write(name, "<testsuite/>");
            }
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            delete_old_of(&arguments, directory.path());
            let mut left = names(directory.path());
            left.extend(names(&directory.path().join("reports")));
            left.sort();
            left.join(" ")
        };
        let all = "a.xml b.xml old.json old.md reports";
        assert_eq!(
            left(&["--no-such", "--output", "json=old.json", "--output=markdown=old.md", "b.xml"]),
            "a.xml b.xml reports"
        );
        for harmless in [
            &["--output"][..],
            &["--output", "json"],
            &["--output=pdf=old.md"],
            &["run", "--", "other", "--output", "json=old.json"],
            &["--output", "json=reports"],
            &["--output", "json=b.xml", "b.xml"],
            &["--output", "json=b.xml", "*.xml"],
            &["--output", "json=reports/a.xml", "reports"],
            &["--output", "json=reports/a.xml", "."],
        ] {
            assert_eq!(left(harmless), all, "{harmless:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_written_and_links_kept() {
        open("/dev/null").unwrap().stage("x").unwrap().finish().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (directory.path().join("real"), directory.path().join("link"));
        std::fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        open(&link).unwrap().stage("new").unwrap().finish().unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "new");
    }
}
