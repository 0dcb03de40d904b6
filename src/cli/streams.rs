//! Standard output for results, standard error for everything else.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use super::exit::ExitCode;
use super::settings::{Color, ConfigError, Terminal};
use crate::api::redact::redact;
use crate::summary::escape;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// The two standard streams of the process.
///
/// Text may contain styles; they are removed unless the stream shows colours. A closed stream (`| head`) is not an error.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Streams {
    color: Color,
    in_ci: bool,
}

impl Streams {
    pub(super) fn new(terminal: &Terminal) -> Self {
        Self { color: terminal.color, in_ci: terminal.in_ci }
    }

    /// Prints a result on standard output. A failure, such as a full disk, is reported and makes the exit code 1.
    pub(super) fn print(&self, text: &str) -> ExitCode {
        let stdout = io::stdout();
        let choice = self.choice(stdout.is_terminal());
        let written = match choice {
            // The stream would write piece by piece.
            ColorChoice::Never => {
                write_all(&mut stdout.lock(), &anstream::adapter::strip_str(text).to_string())
            }
            _ => write_all(&mut AutoStream::new(stdout.lock(), choice), text),
        };
        match written {
            Ok(()) => ExitCode::Done,
            Err(error) => {
                let error = anyhow::Error::new(error).context("cannot write to standard output");
                self.error(&error, None);
                ExitCode::Incomplete
            }
        }
    }

    /// Prints a line on standard error. A failure is ignored, since there is nowhere to report it.
    pub(super) fn message(&self, text: &str) {
        let stderr = io::stderr();
        let choice = self.choice(stderr.is_terminal());
        let text = escape::inert(text, self.in_ci);
        let mut stream = AutoStream::new(stderr.lock(), choice);
        let _ = write_all(&mut stream, &format!("{text}\n"));
    }

    /// Prints commands for the runner of GitHub Actions, which reads standard error, too. No other text may contain
    /// commands.
    pub(super) fn workflow_commands(&self, lines: &str) {
        let _ = write_all(&mut io::stderr().lock(), lines);
    }

    /// Prints `warning: …` on standard error.
    pub(super) fn warning(&self, warning: &str) {
        self.message(&format!("{WARNING}warning:{WARNING:#} {}", escape::terminal(warning)));
    }

    /// Prints an error with its causes and a hint on standard error.
    pub(super) fn error(&self, error: &anyhow::Error, hint: Option<&str>) {
        self.message(&error_text(error, hint));
    }

    /// Prints an error without causes.
    pub(super) fn error_text(&self, message: &str, hint: Option<&str>) {
        self.error(&anyhow::Error::msg(message.to_owned()), hint);
    }

    /// Prints everything that is wrong with the settings.
    pub(super) fn invalid_settings(&self, errors: &[ConfigError]) -> ExitCode {
        for error in errors {
            self.error_text(&error.message, error.hint.as_deref());
        }
        ExitCode::Usage
    }

    fn choice(self, is_terminal: bool) -> ColorChoice {
        match (self.color, is_terminal) {
            (Color::Always, _) | (Color::Auto, true) => ColorChoice::Always,
            (Color::Never, _) | (Color::Auto, false) => ColorChoice::Never,
        }
    }
}

/// The first line says what failed, the lines below why, and after a blank line follows the hint.
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

fn write_all(stream: &mut impl Write, text: &str) -> io::Result<()> {
    let text = redact(text);
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn an_error_shows_causes_and_hint() {
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
    fn a_closed_stream_is_not_an_error() {
        struct Failing(io::ErrorKind);
        impl Write for Failing {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(write_all(&mut Failing(io::ErrorKind::BrokenPipe), "x").is_ok());
        assert!(write_all(&mut Failing(io::ErrorKind::StorageFull), "x").is_err());
    }
}
