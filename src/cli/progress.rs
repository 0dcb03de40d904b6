//! Shows the progress of an import: a bar on a terminal, a line every few seconds in the log of a CI job.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::settings::{ProgressForm, Terminal};
use super::streams::Streams;
use crate::progress::{Progress, ProgressSnapshot, Stage};
use test_reports::text::grouped;

/// How often the bar is redrawn.
const TICK: Duration = Duration::from_millis(100);

/// No bar is shown for work that is done sooner.
const DELAY: Duration = Duration::from_millis(400);

/// The time between two lines of a log.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// How long a stage must have run before its end is estimated.
const ESTIMATE_AFTER: Duration = Duration::from_secs(5);

/// How often the log's writer looks which stage it is.
const LOOK: Duration = Duration::from_millis(500);

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
    let mut time = StageTime::new();
    loop {
        let snapshot = progress.snapshot();
        if snapshot.stage != stage {
            stage = snapshot.stage;
            bar.set_style(style(snapshot.total > 0));
        }
        bar.set_length(snapshot.total);
        bar.set_position(snapshot.done);
        bar.set_message(describe(snapshot, time.elapsed(snapshot)));
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
    let mut time = StageTime::new();
    let mut next = started + interval;
    while ended.recv_timeout(interval.min(LOOK)) == Err(RecvTimeoutError::Timeout) {
        let snapshot = progress.snapshot();
        let elapsed = time.elapsed(snapshot);
        if Instant::now() < next {
            continue;
        }
        next = Instant::now() + interval;
        let text = describe(snapshot, elapsed);
        if !text.is_empty() {
            write(&format!("{text} ({} s)", started.elapsed().as_secs()));
        }
    }
}

/// Describes the progress, such as `writing to the project: 1,500 of 10,000, about 20 s left`. `elapsed` is the time since the
/// stage began.
fn describe(snapshot: ProgressSnapshot, elapsed: Duration) -> String {
    let ProgressSnapshot { stage, done, total } = snapshot;
    let (done, total) = (grouped(done), grouped(total));
    let left = remaining(snapshot, elapsed).map(|left| format!(", about {left} left"));
    let left = left.unwrap_or_default();
    match stage {
        Stage::Idle => String::new(),
        Stage::Reading => format!("reading {done} of {total} reports{left}"),
        Stage::Project => "reading the project".to_owned(),
        Stage::Writing => format!("writing to the project: {done} of {total}{left}"),
        Stage::Checking => "verifying what was written".to_owned(),
    }
}

/// The time that the rest of the stage takes if it goes on as fast; none if that is not known yet.
fn remaining(snapshot: ProgressSnapshot, elapsed: Duration) -> Option<String> {
    let ProgressSnapshot { stage: _, done, total } = snapshot;
    let left = total.checked_sub(done).filter(|left| *left > 0 && done > 0)?;
    if elapsed < ESTIMATE_AFTER {
        return None;
    }
    let seconds = u128::from(elapsed.as_secs()) * u128::from(left) / u128::from(done);
    Some(match seconds {
        0..60 => format!("{} s", seconds.max(1)),
        _ => format!("{} min", seconds.div_ceil(60)),
    })
}

/// When the stage of a progress began.
struct StageTime {
    stage: Stage,
    began: Instant,
}

impl StageTime {
    fn new() -> Self {
        Self { stage: Stage::Idle, began: Instant::now() }
    }

    /// The time since the stage of `snapshot` began, as far as this has seen.
    fn elapsed(&mut self, snapshot: ProgressSnapshot) -> Duration {
        if self.stage != snapshot.stage {
            *self = Self { stage: snapshot.stage, began: Instant::now() };
        }
        self.began.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_names_stage_and_count() {
        let at = |seconds, stage, done, total| {
            describe(ProgressSnapshot { stage, done, total }, Duration::from_secs(seconds))
        };
        let text = |stage, done, total| at(0, stage, done, total);
        assert_eq!(text(Stage::Idle, 3, 4), "");
        assert_eq!(text(Stage::Reading, 0, 500), "reading 0 of 500 reports");
        assert_eq!(text(Stage::Project, 0, 0), "reading the project");
        assert_eq!(text(Stage::Project, 1, 0), "reading the project");
        assert_eq!(text(Stage::Writing, 7, 1234), "writing to the project: 7 of 1,234");
        assert_eq!(text(Stage::Checking, 12, 0), "verifying what was written");
        for (seconds, done, left) in [
            (4, 600, ""),
            (5, 0, ""),
            (5, 600, ", about 20 s left"),
            (5, 30, ", about 9 min left"),
            (5, 2_999, ", about 1 s left"),
            (5, 3_000, ""),
        ] {
            let written = format!("writing to the project: {} of 3,000{left}", grouped(done));
            assert_eq!(at(seconds, Stage::Writing, done, 3_000), written);
        }
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
        assert_eq!(lines, [0, 4, 8].map(|done| format!("writing to the project: {done} of 9")));
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
