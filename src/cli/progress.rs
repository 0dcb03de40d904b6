//! Shows how far an import is: a bar on a terminal, a line now and then in the log of a CI job.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Streams;
use super::settings::{ProgressForm, Terminal};
use crate::progress::{Progress, ProgressSnapshot, Stage};

/// How often a bar is looked at anew.
const TICK: Duration = Duration::from_millis(100);

/// What is over sooner needs no bar.
const UNHURRIED: Duration = Duration::from_millis(400);

/// How far apart the lines of a log are.
const LINES: Duration = Duration::from_secs(10);

/// Shows progress until it is dropped.
pub(super) struct Shown {
    /// Dropping it ends the thread.
    end: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Shown {
    /// Shows `progress` as `terminal` wants it.
    pub(super) fn new(progress: &Progress, terminal: &Terminal, streams: Streams) -> Self {
        let (end, ended) = mpsc::channel();
        let progress = progress.clone();
        let thread = match terminal.progress {
            ProgressForm::Nothing => None,
            ProgressForm::Bar => Some(std::thread::spawn(move || draw(&progress, &ended))),
            ProgressForm::Lines => {
                let say = move |line: &str| streams.message(line);
                Some(std::thread::spawn(move || tell(&progress, &ended, LINES, say)))
            }
        };
        Self { end: Some(end), thread }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            // It takes no part in what was done; what it met with is its own.
            let _ = thread.join();
        }
    }
}

/// Draws a bar, and takes it away at the end.
fn draw(progress: &Progress, ended: &mpsc::Receiver<()>) {
    if ended.recv_timeout(UNHURRIED) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let mut stage = Stage::Idle;
    loop {
        let snapshot = progress.snapshot();
        if snapshot.stage != stage {
            stage = snapshot.stage;
            bar.set_style(style(snapshot.total > 0));
        }
        bar.set_length(snapshot.total);
        bar.set_position(snapshot.done);
        bar.set_message(words(snapshot));
        bar.tick();
        if ended.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout) {
            break;
        }
    }
    bar.finish_and_clear();
}

fn style(is_counted: bool) -> ProgressStyle {
    let template = if is_counted {
        "{spinner} {wide_msg} [{bar:24}] {elapsed}"
    } else {
        "{spinner} {wide_msg} {elapsed}"
    };
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

/// Writes a line every now and then.
fn tell(
    progress: &Progress,
    ended: &mpsc::Receiver<()>,
    apart: Duration,
    mut say: impl FnMut(&str),
) {
    let started = Instant::now();
    while ended.recv_timeout(apart) == Err(RecvTimeoutError::Timeout) {
        let words = words(progress.snapshot());
        if !words.is_empty() {
            say(&format!("{words} ({} s)", started.elapsed().as_secs()));
        }
    }
}

/// `writing 1500 of 10000 rows`.
fn words(snapshot: ProgressSnapshot) -> String {
    let ProgressSnapshot { stage, done, total } = snapshot;
    let requests = match done {
        0 => String::new(),
        1 => ", 1 request".to_owned(),
        done => format!(", {done} requests"),
    };
    match stage {
        Stage::Idle => String::new(),
        Stage::Reading => format!("reading {done} of {total} reports"),
        Stage::Project => format!("reading the project{requests}"),
        Stage::Writing => format!("writing {done} of {total} rows"),
        Stage::Checking => format!("reading back what was written{requests}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_what_is_done_and_how_much() {
        let said = |stage, done, total| words(ProgressSnapshot { stage, done, total });
        assert_eq!(said(Stage::Idle, 3, 4), "");
        assert_eq!(said(Stage::Reading, 0, 500), "reading 0 of 500 reports");
        assert_eq!(said(Stage::Project, 0, 0), "reading the project");
        assert_eq!(said(Stage::Project, 1, 0), "reading the project, 1 request");
        assert_eq!(said(Stage::Writing, 7, 9), "writing 7 of 9 rows");
        assert_eq!(said(Stage::Checking, 12, 0), "reading back what was written, 12 requests");
    }

    #[test]
    fn a_log_gets_a_line_now_and_then() {
        let progress = Progress::default();
        progress.begin(Stage::Writing, 9);
        let (end, ended) = mpsc::channel::<()>();
        let (mut end, mut lines) = (Some(end), Vec::new());
        tell(&progress, &ended, Duration::from_millis(5), |line| {
            // How long it took is the machine's affair.
            lines.push(line.split(" (").next().unwrap_or_default().to_owned());
            progress.advance(4);
            if lines.len() == 3 {
                end = None;
            }
        });
        assert_eq!(lines, ["writing 0 of 9 rows", "writing 4 of 9 rows", "writing 8 of 9 rows"]);
    }

    #[test]
    fn what_is_shown_ends_with_what_shows_it() {
        let progress = Progress::default();
        progress.begin(Stage::Reading, 10);
        for form in [ProgressForm::Nothing, ProgressForm::Bar, ProgressForm::Lines] {
            let terminal = Terminal { progress: form, ..Terminal::default() };
            let started = Instant::now();
            drop(Shown::new(&progress, &terminal, Streams::default()));
            assert!(started.elapsed() < Duration::from_secs(5));
        }
    }
}
