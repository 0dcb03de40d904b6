//! Shows the progress of an import: a bar on a terminal, a line every few seconds in the log of a CI job.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::settings::{ProgressForm, Terminal};
use super::streams::Streams;
use crate::progress::{Progress, ProgressSnapshot, Stage};

/// How often the bar is redrawn.
const TICK: Duration = Duration::from_millis(100);

/// No bar is shown for work that is done sooner.
const DELAY: Duration = Duration::from_millis(400);

/// The time between two lines of a log.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Shows progress until it is dropped.
pub(super) struct ProgressDisplay {
    /// Dropping it ends the thread.
    end: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ProgressDisplay {
    pub(super) fn new(progress: &Progress, terminal: &Terminal, streams: Streams) -> Self {
        let (end, ended) = mpsc::channel();
        let progress = progress.clone();
        let thread = match terminal.progress {
            ProgressForm::Nothing => None,
            ProgressForm::Bar => Some(std::thread::spawn(move || draw(&progress, &ended))),
            ProgressForm::Lines => {
                let write = move |line: &str| streams.message(line);
                Some(std::thread::spawn(move || {
                    write_lines(&progress, &ended, LINE_INTERVAL, write)
                }))
            }
        };
        Self { end: Some(end), thread }
    }
}

impl Drop for ProgressDisplay {
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            // A panic there does not affect the import.
            let _ = thread.join();
        }
    }
}

/// Draws a bar, and removes it at the end.
fn draw(progress: &Progress, ended: &mpsc::Receiver<()>) {
    if ended.recv_timeout(DELAY) != Err(RecvTimeoutError::Timeout) {
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
        bar.set_message(describe(snapshot));
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

/// Writes a line every `interval`.
fn write_lines(
    progress: &Progress,
    ended: &mpsc::Receiver<()>,
    interval: Duration,
    mut write: impl FnMut(&str),
) {
    let started = Instant::now();
    while ended.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
        let text = describe(progress.snapshot());
        if !text.is_empty() {
            write(&format!("{text} ({} s)", started.elapsed().as_secs()));
        }
    }
}

/// Describes the progress, such as `writing 1500 of 10000 rows`.
fn describe(snapshot: ProgressSnapshot) -> String {
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
        Stage::Checking => format!("verifying what was written{requests}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_names_stage_and_count() {
        let text = |stage, done, total| describe(ProgressSnapshot { stage, done, total });
        assert_eq!(text(Stage::Idle, 3, 4), "");
        assert_eq!(text(Stage::Reading, 0, 500), "reading 0 of 500 reports");
        assert_eq!(text(Stage::Project, 0, 0), "reading the project");
        assert_eq!(text(Stage::Project, 1, 0), "reading the project, 1 request");
        assert_eq!(text(Stage::Writing, 7, 9), "writing 7 of 9 rows");
        assert_eq!(text(Stage::Checking, 12, 0), "verifying what was written, 12 requests");
    }

    #[test]
    fn a_log_gets_a_line_per_interval() {
        let progress = Progress::default();
        progress.begin(Stage::Writing, 9);
        let (end, ended) = mpsc::channel::<()>();
        let (mut end, mut lines) = (Some(end), Vec::new());
        write_lines(&progress, &ended, Duration::from_millis(5), |line| {
            // The time varies.
            lines.push(line.split(" (").next().unwrap_or_default().to_owned());
            progress.advance(4);
            if lines.len() == 3 {
                end = None;
            }
        });
        assert_eq!(lines, ["writing 0 of 9 rows", "writing 4 of 9 rows", "writing 8 of 9 rows"]);
    }

    #[test]
    fn dropping_the_display_ends_it() {
        let progress = Progress::default();
        progress.begin(Stage::Reading, 10);
        for form in [ProgressForm::Nothing, ProgressForm::Bar, ProgressForm::Lines] {
            let terminal = Terminal { progress: form, ..Terminal::default() };
            let started = Instant::now();
            drop(ProgressDisplay::new(&progress, &terminal, Streams::default()));
            assert!(started.elapsed() < Duration::from_secs(5));
        }
    }
}
