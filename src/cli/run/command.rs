//! Starts the command, passes its output through, waits for it.
//!
//! The command inherits our standard streams. If its output is read, it gets pipes instead, and one thread per stream passes
//! the bytes through. The reader gets them first, so that a slow consumer of our output does not change the order of the two
//! streams.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use tokio::sync::oneshot;

use super::go::GoOutput;
use super::tools::Shown;
use crate::cli::exit::ExitCode;
use crate::cli::settings::{Environment, TOKEN_PIPE_VARIABLE, TOKEN_VARIABLE};
use crate::cli::signals::Signals;
use crate::reading::name_option;
use test_reports::formats::Limits;
use test_reports::formats::libtest::{OutputReader, Stream};
use test_reports::formats::model::Report;

/// How long processes that outlive the command may keep its output open.
const LEFT_OPEN: Duration = Duration::from_secs(5);

/// What happens to the output of the command.
#[derive(Debug)]
pub(super) enum Output {
    /// It goes where ours goes.
    Inherited,
    /// It is passed through, and read as the output of `cargo test`. The report has this name.
    Read(Arc<str>, Limits),
    /// Its standard output is a report and goes into this file. People see what [`Shown`] says.
    Saved(File, Shown),
}

/// A command that has ended.
#[derive(Debug)]
pub(super) struct Finished {
    /// Its exit code; 128 plus the signal's number if one ended it.
    pub(super) code: u8,
    /// The signal that ended it.
    pub(super) signal: Option<i32>,
    /// The signal that this process received meanwhile.
    pub(super) interrupted: Option<ExitCode>,
    /// The report in its output.
    pub(super) printed: Option<Report>,
    /// Whether a process that it started still keeps its output open.
    pub(super) left_open: bool,
}

/// Runs `command` to its end.
///
/// # Errors
/// If the command cannot be started.
pub(super) fn run(
    command: &[OsString],
    variables: &[(&str, OsString)],
    environment: &Environment,
    output: Output,
    is_cargo: bool,
) -> io::Result<Finished> {
    let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut started = Command::new(program);
    started.args(arguments).env_remove(TOKEN_VARIABLE).env_remove(TOKEN_PIPE_VARIABLE);
    started.envs(variables.iter().map(|(name, value)| (name, value)));
    match &output {
        Output::Inherited => {}
        Output::Read(..) => {
            started.stdout(Stdio::piped()).stderr(Stdio::piped());
            if is_cargo && keeps_colours(environment, arguments) {
                started.env("CARGO_TERM_COLOR", "always");
            }
        }
        Output::Saved(file, Shown::Nothing) => {
            started.stdout(file.try_clone()?);
        }
        Output::Saved(_, Shown::Go { .. }) => {
            started.stdout(Stdio::piped());
        }
    }
    // From here on, signals are passed on.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = {
        let _entered = runtime.enter();
        Signals::listen()?
    };
    let mut child = started.spawn()?;
    let pumps = match output {
        Output::Inherited | Output::Saved(_, Shown::Nothing) => None,
        Output::Saved(file, Shown::Go { verbose }) => Pumps::save(&mut child, file, verbose),
        Output::Read(path, limits) => Some(Pumps::start(&mut child, path, &limits)),
    };
    let id = child.id();
    let (sender, status) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = sender.send(child.wait());
    });
    let (status, interrupted) = runtime.block_on(wait(status, &mut signals, id))?;
    let (printed, left_open) = pumps.map_or((None, false), Pumps::finish);
    let signal = signal_of(status);
    let code = match (status.code(), signal) {
        (Some(code), _) => u8::try_from(code).unwrap_or(1),
        (None, signal) => u8::try_from(128 + signal.unwrap_or_default()).unwrap_or(u8::MAX),
    };
    // Codes on Windows are larger numbers, and none of them may become 0.
    let code = if status.success() { 0 } else { code.max(1) };
    Ok(Finished { code, signal, interrupted, printed, left_open })
}

/// Waits for the end, and passes signals on. Also returns the first signal.
async fn wait(
    status: oneshot::Receiver<io::Result<ExitStatus>>,
    signals: &mut Signals,
    id: u32,
) -> io::Result<(ExitStatus, Option<ExitCode>)> {
    let mut interrupted = None;
    tokio::pin!(status);
    loop {
        tokio::select! {
            ended = &mut status => {
                let ended = ended.map_err(|_| io::Error::other("cannot wait for the command"))?;
                return Ok((ended?, interrupted));
            }
            exit = signals.next() => {
                // A terminal has sent the command its own, and some programs exit at once on a second one.
                if interrupted.is_some() || exit == ExitCode::Terminated || !is_at_terminal() {
                    pass_on(exit, id);
                }
                interrupted.get_or_insert(exit);
            }
        }
    }
}

/// Whether a terminal sends its signals to the command as well.
#[cfg(unix)]
fn is_at_terminal() -> bool {
    let ours = rustix::process::getpgrp();
    rustix::termios::tcgetpgrp(io::stdin()).is_ok_and(|group| group == ours)
        || rustix::termios::tcgetpgrp(io::stderr()).is_ok_and(|group| group == ours)
}

/// A console sends its signals to all its processes.
#[cfg(not(unix))]
fn is_at_terminal() -> bool {
    true
}

#[cfg(unix)]
fn pass_on(exit: ExitCode, id: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    let signal = if exit == ExitCode::Interrupted { Signal::INT } else { Signal::TERM };
    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // The command may have ended.
        let _ = kill_process(pid, signal);
    }
}

#[cfg(not(unix))]
fn pass_on(_: ExitCode, _: u32) {}

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal()
}

#[cfg(not(unix))]
fn signal_of(_: ExitStatus) -> Option<i32> {
    None
}

/// Whether cargo would show colours if its output were not read.
fn keeps_colours(environment: &Environment, arguments: &[OsString]) -> bool {
    environment.stderr_is_terminal
        && environment.get("CARGO_TERM_COLOR").is_none()
        && environment.get("NO_COLOR").is_none()
        && !arguments.iter().any(|argument| argument.to_string_lossy().starts_with("--color"))
}

/// The threads that pass both streams through.
struct Pumps {
    /// What reads the output, and the name of the report; none if it is saved.
    reader: Option<(Arc<Mutex<OutputReader>>, Arc<str>)>,
    ended: mpsc::Receiver<()>,
    running: usize,
}

impl Pumps {
    fn start(child: &mut Child, path: Arc<str>, limits: &Limits) -> Self {
        let text = Arc::new(Mutex::new(OutputReader::new(Arc::clone(&path), limits)));
        let (end, ended) = mpsc::channel();
        let mut running = 0;
        if let Some(from) = child.stderr.take() {
            running += 1;
            pump(from, io::stderr(), Stream::Errors, Arc::clone(&text), end.clone());
        }
        if let Some(from) = child.stdout.take() {
            running += 1;
            pump(from, io::stdout(), Stream::Output, Arc::clone(&text), end);
        }
        Self { reader: Some((text, path)), ended, running }
    }

    /// Saves the standard output of `go test -json` in `file`, and shows what `go test` would.
    fn save(child: &mut Child, mut file: File, verbose: bool) -> Option<Self> {
        let from = BufReader::new(child.stdout.take()?);
        let (end, ended) = mpsc::channel();
        std::thread::spawn(move || {
            let mut shown = GoOutput::new(verbose);
            let (mut to, mut is_open) = (io::stdout(), true);
            for line in lines(from) {
                // A full disk must not end the tests; the report is then damaged.
                let _ = file.write_all(&line);
                let text = shown.line(&line);
                is_open = is_open && to.write_all(&text).and_then(|()| to.flush()).is_ok();
            }
            // The receiver is gone if this took too long.
            let _ = end.send(());
        });
        Some(Self { reader: None, ended, running: 1 })
    }

    /// The report, and whether a stream is still open.
    fn finish(self) -> (Option<Report>, bool) {
        let Self { reader, ended, running } = self;
        let left_open = (0..running).any(|_| ended.recv_timeout(LEFT_OPEN).is_err());
        let Some((text, path)) = reader else { return (None, left_open) };
        let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
        let text = std::mem::replace(&mut *text, OutputReader::new(path, &Limits::default()));
        let mut report = text.finish();
        name_option(&mut report);
        (Some(report), left_open)
    }
}

/// The lines of `from`, each with its end, as long as it can be read.
fn lines(mut from: impl BufRead) -> impl Iterator<Item = Vec<u8>> {
    std::iter::from_fn(move || {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line).ok().filter(|read| *read > 0).map(|_| line)
    })
}

fn pump(
    mut from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
    stream: Stream,
    text: Arc<Mutex<OutputReader>>,
    end: mpsc::Sender<()>,
) {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 16 * 1024];
        let mut is_open = true;
        loop {
            let piece = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => buffer.get(..count).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            text.lock().unwrap_or_else(PoisonError::into_inner).feed(piece, stream);
            // If our output is closed, the tests go on.
            is_open = is_open && to.write_all(piece).and_then(|()| to.flush()).is_ok();
        }
        // The receiver is gone if this took too long.
        let _ = end.send(());
    });
}
