//! Starts the command, passes its output through, waits for it.
//!
//! The command inherits our standard streams. If its output is read, it gets pipes instead, and one thread per stream passes
//! the bytes through. The reader gets them first, so that a slow consumer of our output does not change the order of the two
//! streams.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use tokio::sync::oneshot;

use super::go::GoOutput;
use super::tools::Shown;
use crate::cli::exit::ExitCode;
use crate::cli::settings::{Environment, TOKEN_PIPE_VARIABLE, TOKEN_VARIABLE};
use crate::cli::signals::Signals;
use crate::reading::name_option;
use test_reports::archive::unreadable;
use test_reports::formats::libtest::{OutputReader, Stream};
use test_reports::formats::model::{Format, Report};
use test_reports::formats::{Limits, ReadError, head, read_limited};

/// How long processes that outlive the command may keep its output open.
const LEFT_OPEN: Duration = Duration::from_secs(5);

/// What happens to the output of the command.
#[derive(Debug)]
pub(super) enum Output {
    /// It goes where ours goes.
    Inherited,
    /// It is passed through, and read as the output of `cargo test`. If standard output `is_copied`, it may be a report of any
    /// other tool. The report has this `name`.
    Read { name: Arc<str>, limits: Limits, is_copied: bool },
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
    /// The reports in its output.
    pub(super) printed: Vec<Report>,
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
        Output::Read { .. } => {
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
        Output::Read { name, limits, is_copied } => {
            let copy = is_copied.then(|| Arc::new(Mutex::new(tempfile::tempfile())));
            Some(Pumps::start(&mut child, name, limits, copy))
        }
    };
    let id = child.id();
    let (sender, status) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = sender.send(child.wait());
    });
    let (status, interrupted) = runtime.block_on(wait(status, &mut signals, id))?;
    let (printed, left_open) = pumps.map_or((Vec::new(), false), Pumps::finish);
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
    /// What reads the output; none if it is saved.
    reading: Option<Reading>,
    ended: mpsc::Receiver<()>,
    running: usize,
}

/// What was printed, or why it could not be kept.
type Copied = Arc<Mutex<io::Result<File>>>;

/// What reads the output of the command while it is passed through.
struct Reading {
    text: Arc<Mutex<OutputReader>>,
    /// The name of the report.
    name: Arc<str>,
    limits: Limits,
    /// What was printed on standard output.
    copy: Option<Copied>,
}

impl Reading {
    /// The reports in the output.
    fn reports(self) -> Vec<Report> {
        let Self { text, name, limits, copy } = self;
        let next = OutputReader::new(Arc::clone(&name), &limits);
        let text = std::mem::replace(&mut *lock(&text), next);
        let is_cargos = text.is_certain() || text.has_failed_build();
        let other = copy.and_then(|copy| other_reports(&copy, &name, &limits, is_cargos));
        let mut reports = match other {
            // Where tests print what libtest prints, their report counts.
            Some(reports) if !text.has_failed_build() => reports,
            Some(mut reports) => {
                let build = text.finish();
                reports.extend(Some(build).filter(|build| build.cases.is_empty()));
                reports
            }
            None => vec![text.finish()],
        };
        reports.iter_mut().for_each(name_option);
        reports
    }
}

/// The reports in what was printed, in any format but that of `cargo test`. None if there is nothing that is known.
fn other_reports(
    copy: &Copied,
    name: &str,
    limits: &Limits,
    is_cargos: bool,
) -> Option<Vec<Report>> {
    // Processes that are still running write nothing more.
    let copy = std::mem::replace(&mut *lock(copy), Err(io::ErrorKind::NotConnected.into()));
    let read = copy.and_then(|mut copy| {
        // The command has ended, and its last line with it.
        copy.write_all(b"\n")?;
        copy.rewind()?;
        Ok(match read_limited(&copy, name, limits) {
            Err(error) if error.is_not_xml() && !is_cargos => {
                if seek_report(&mut copy)? {
                    read_limited(&copy, name, limits)
                } else {
                    Err(error)
                }
            }
            read => read,
        })
    });
    match read {
        Ok(Ok(reports)) if reports.iter().any(|report| report.format != Format::Libtest) => {
            Some(reports)
        }
        // A tool that can write a report when it is asked to: the message says how.
        Ok(Err(error @ ReadError::OtherOutput { .. })) if !is_cargos => {
            Some(vec![unreadable(name, &error)])
        }
        Ok(_) => None,
        Err(_) if is_cargos => None,
        Err(error) => {
            let error =
                anyhow::Error::new(error).context("its output could not be kept to be read");
            Some(vec![unreadable(name, error.as_ref())])
        }
    }
}

/// Sets `copy` to where a report in JSON or text seems to begin, behind output of any length. False if there is none.
///
/// # Errors
/// If it cannot be read.
fn seek_report(copy: &mut File) -> io::Result<bool> {
    let length = copy.metadata()?.len();
    let mut at = 0;
    while at < length {
        copy.seek(SeekFrom::Start(at))?;
        if head::is_report((&*copy).take(head::LENGTH as u64))? {
            copy.seek(SeekFrom::Start(at))?;
            return Ok(true);
        }
        // The next window begins with a line that this one held.
        copy.seek(SeekFrom::Start(at + head::LENGTH as u64 / 2))?;
        let mut lines = BufReader::new(&*copy);
        let skipped = lines.skip_until(b'\n')?;
        at += head::LENGTH as u64 / 2 + skipped as u64;
    }
    Ok(false)
}

/// A thread that panics ends the program.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pumps {
    fn start(child: &mut Child, name: Arc<str>, limits: Limits, copy: Option<Copied>) -> Self {
        let text = Arc::new(Mutex::new(OutputReader::new(Arc::clone(&name), &limits)));
        let (end, ended) = mpsc::channel();
        let mut running = 0;
        if let Some(from) = child.stderr.take() {
            running += 1;
            pump(from, io::stderr(), Stream::Errors, Arc::clone(&text), None, end.clone());
        }
        if let Some(from) = child.stdout.take() {
            running += 1;
            pump(from, io::stdout(), Stream::Output, Arc::clone(&text), copy.clone(), end);
        }
        Self { reading: Some(Reading { text, name, limits, copy }), ended, running }
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
        Some(Self { reading: None, ended, running: 1 })
    }

    /// The reports, and whether a stream is still open.
    fn finish(self) -> (Vec<Report>, bool) {
        let Self { reading, ended, running } = self;
        let left_open = (0..running).any(|_| ended.recv_timeout(LEFT_OPEN).is_err());
        (reading.map(Reading::reports).unwrap_or_default(), left_open)
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
    copy: Option<Copied>,
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
            lock(&text).feed(piece, stream);
            if let Some(copy) = &copy {
                let mut copy = lock(copy);
                // A full disk must not end the tests. Half a copy might look like a whole report: none is better.
                if let Some(error) = copy.as_mut().ok().and_then(|copy| copy.write_all(piece).err())
                {
                    *copy = Err(error);
                }
            }
            // If our output is closed, the tests go on.
            is_open = is_open && to.write_all(piece).and_then(|()| to.flush()).is_ok();
        }
        // The receiver is gone if this took too long.
        let _ = end.send(());
    });
}
