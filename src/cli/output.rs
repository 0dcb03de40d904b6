//! Writing: results on standard output, everything else on standard error, copies in files.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use tempfile::NamedTempFile;

use super::args::values::{OutputSpec, ResultFormat};
use super::settings::{Color, InvalidSettings, Terminal};
use crate::summary::escape;
use crate::summary::writers::Writer;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// The two standard streams of the process.
///
/// Text that is written may hold styles; they are taken out unless the stream shows colours. A
/// reader that went away (`| head`) is no failure: the work was done, and the exit code tells of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Streams {
    color: Color,
    in_ci: bool,
}

impl Streams {
    /// The streams as `terminal` wants them.
    #[must_use]
    pub fn new(terminal: &Terminal) -> Self {
        Self { color: terminal.color, in_ci: terminal.in_ci }
    }

    /// Writes a result to standard output.
    ///
    /// # Errors
    /// When it cannot be written, such as on a full disk. Not when the reader went away.
    pub fn result(&self, text: &str) -> io::Result<()> {
        let stdout = io::stdout();
        let choice = self.choice(stdout.is_terminal());
        write_whole(&mut AutoStream::new(stdout.lock(), choice), text)
    }

    /// Writes a line about the work to standard error. What cannot be written there is lost: nobody
    /// could be told.
    pub fn message(&self, text: &str) {
        let stderr = io::stderr();
        let choice = self.choice(stderr.is_terminal());
        let text = escape::inert(text, self.in_ci);
        let mut stream = AutoStream::new(stderr.lock(), choice);
        let _ = write_whole(&mut stream, &format!("{text}\n"));
    }

    /// Commands for the runner of GitHub Actions, on standard error, which it reads as well: the one place where such
    /// commands are meant.
    pub fn workflow_commands(&self, lines: &str) {
        let _ = write_whole(&mut io::stderr().lock(), lines);
    }

    /// `warning: …` on standard error.
    pub fn warning(&self, warning: &str) {
        self.message(&format!("{WARNING}warning:{WARNING:#} {}", escape::terminal(warning)));
    }

    /// What failed, why, and what to do next, on standard error.
    pub fn error(&self, error: &anyhow::Error, hint: Option<&str>) {
        self.message(&error_text(error, hint));
    }

    /// Everything that is wrong with the settings, on standard error.
    pub fn invalid_settings(&self, invalid: &InvalidSettings) {
        for wrong in &invalid.0 {
            let error = anyhow::Error::msg(wrong.message.clone());
            self.error(&error, wrong.hint.as_deref());
        }
    }

    fn choice(self, is_terminal: bool) -> ColorChoice {
        match (self.color, is_terminal) {
            (Color::Always, _) | (Color::Auto, true) => ColorChoice::Always,
            (Color::Never, _) | (Color::Auto, false) => ColorChoice::Never,
        }
    }
}

/// Line one says what failed, the lines below why, and after a blank line a hint.
fn error_text(error: &anyhow::Error, hint: Option<&str>) -> String {
    let mut text = String::new();
    for (index, cause) in error.chain().enumerate() {
        let cause = cause.to_string();
        let cause = escape::terminal(&cause);
        text += &if index == 0 {
            format!("{ERROR}error:{ERROR:#} {cause}")
        } else {
            format!("\n  because: {cause}")
        };
    }
    if let Some(hint) = hint {
        text += &format!("\n\n{HINT}hint:{HINT:#} {}\n", escape::terminal(hint));
    }
    text
}

fn write_whole(stream: &mut impl Write, text: &str) -> io::Result<()> {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// A file that will hold a copy of the summary: opened before the work, whole or absent after it.
#[derive(Debug)]
pub struct OutputFile<F> {
    format: F,
    path: PathBuf,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// Written beside the file at the end, then put in its place.
    Replaced,
    /// A device or a FIFO: there is nothing to replace.
    Written(File),
}

/// Why a summary cannot be written into a file.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the summary to {}", .path.display())]
pub struct OutputError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

impl<F: ResultFormat> OutputFile<F> {
    /// Makes sure that the file can be written.
    ///
    /// # Errors
    /// When the directory does not exist or cannot be written, or the path is a directory.
    pub fn open(spec: &OutputSpec<F>) -> Result<Self, OutputError> {
        let open = || -> io::Result<(PathBuf, Target)> {
            // A link stays one: its target is replaced.
            let path = spec.path.canonicalize().unwrap_or_else(|_| spec.path.clone());
            match std::fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
                Ok(metadata) if !metadata.is_file() => {
                    let file = File::options().write(true).open(&path)?;
                    Ok((path, Target::Written(file)))
                }
                Ok(_) | Err(_) => {
                    // Gone at once: a process that is killed leaves nothing behind.
                    temporary(&path)?;
                    Ok((path, Target::Replaced))
                }
            }
        };
        match open() {
            Ok((path, target)) => Ok(Self { format: spec.format, path, target }),
            Err(source) => Err(OutputError { path: spec.path.clone(), source }),
        }
    }

    /// Deletes a file of that name: were the import killed, the next step of a pipeline would take a summary of
    /// yesterday for today's.
    ///
    /// # Errors
    /// When it is there and cannot be deleted.
    pub fn remove_old(&self) -> Result<(), OutputError> {
        match &self.target {
            Target::Written(_) => Ok(()),
            Target::Replaced => match std::fs::remove_file(&self.path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    Err(OutputError { path: self.path.clone(), source })
                }
                _ => Ok(()),
            },
        }
    }

    /// In which form it is to be written.
    #[must_use]
    pub fn format(&self) -> F {
        self.format
    }

    /// Writes the whole file. Styles are taken out.
    ///
    /// # Errors
    /// When it cannot be written. Then there is no file.
    pub fn finish(self, text: &str) -> Result<(), OutputError> {
        let text = if self.format.writer().is_some_and(Writer::has_styles) {
            Cow::Owned(anstream::adapter::strip_str(text).to_string())
        } else {
            Cow::Borrowed(text)
        };
        let written = match self.target {
            Target::Written(mut file) => file.write_all(text.as_bytes()),
            Target::Replaced => temporary(&self.path).and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.as_file().sync_all()?;
                file.persist(&self.path).map(drop).map_err(|error| error.error)
            }),
        };
        written.map_err(|source| OutputError { path: self.path, source })
    }
}

/// A temporary file in the same directory as `path`, so that it can be renamed.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Told in plain words here; tempfile would name a file that nobody asked for.
    std::fs::metadata(directory)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tq-import-").suffix(".tmp");
    #[cfg(unix)]
    {
        // As any other new file; the umask still applies.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory)
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    use crate::cli::args::values::SummaryFormat;

    fn spec(path: PathBuf) -> OutputSpec {
        OutputSpec { format: SummaryFormat::Text, path }
    }

    fn names(directory: &Path) -> Vec<String> {
        std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn an_output_is_whole_or_absent() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("summary.txt");
        std::fs::write(&path, "yesterday's").unwrap();
        let output = OutputFile::open(&spec(path.clone())).unwrap();
        output.remove_old().unwrap();
        assert!(!path.exists(), "nothing stands there while the work goes on");
        drop(output);
        assert_eq!(names(directory.path()), Vec::<String>::new());
        let output = OutputFile::open(&spec(path.clone())).unwrap();
        output.finish(&format!("{ERROR}done{ERROR:#}\n")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "done\n");
        assert_eq!(names(directory.path()), ["summary.txt"]);
    }

    #[test]
    fn what_cannot_be_written_is_known_before_the_work() {
        let directory = tempfile::tempdir().unwrap();
        for path in
            [directory.path().to_owned(), directory.path().join("no-such-directory/summary.txt")]
        {
            let error = OutputFile::open(&spec(path.clone())).unwrap_err();
            assert_eq!(error.path, path);
        }
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_written_and_links_kept() {
        let output = OutputFile::open(&spec("/dev/null".into())).unwrap();
        output.finish("x").unwrap();
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (directory.path().join("real"), directory.path().join("link"));
        std::fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        OutputFile::open(&spec(link.clone())).unwrap().finish("new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "new");
    }

    #[test]
    fn an_error_says_what_why_and_what_next() {
        let cause = Err::<(), _>(io::Error::other("disk\u{1b}[31m on fire"));
        let error = cause
            .context("cannot read the report")
            .context("cannot import reports/a.xml")
            .unwrap_err();
        let text = error_text(&error, Some("look at the disk"));
        insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string(), @r"
        error: cannot import reports/a.xml
          because: cannot read the report
          because: disk\u{1b}[31m on fire

        hint: look at the disk
        ");
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        struct Gone(io::ErrorKind);
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(write_whole(&mut Gone(io::ErrorKind::BrokenPipe), "x").is_ok());
        assert!(write_whole(&mut Gone(io::ErrorKind::StorageFull), "x").is_err());
    }
}
