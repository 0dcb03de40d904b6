//! How far an import is: counters that the stages raise and that whoever likes looks at.
//!
//! Nothing waits for anything here, and nobody has to look.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// The counters of one import; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    stage: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
}

/// What an import is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing yet, or nothing any more.
    Idle,
    /// Reports are read: files.
    Reading,
    /// The project is read: requests, of which nobody knows how many there will be.
    Project,
    /// Folders, tests and steps are written: rows.
    Writing,
    /// What was written is read back: requests.
    Checking,
}

const STAGES: [Stage; 5] =
    [Stage::Idle, Stage::Reading, Stage::Project, Stage::Writing, Stage::Checking];

/// One look at the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgressSnapshot {
    /// What is being done.
    pub stage: Stage,
    /// How much of it was done.
    pub done: u64,
    /// How much there is; 0 where nobody knows.
    pub total: u64,
}

impl Progress {
    /// Begins a stage of `total` items, 0 if their number is not known.
    pub fn begin(&self, stage: Stage, total: u64) {
        let Counters { stage: of_stage, done, total: of_total } = &*self.0;
        done.store(0, Ordering::Relaxed);
        of_total.store(total, Ordering::Relaxed);
        of_stage.store(stage as u8, Ordering::Relaxed);
    }

    /// `items` more are done.
    pub fn advance(&self, items: usize) {
        self.0.done.fetch_add(items as u64, Ordering::Relaxed);
    }

    /// A request was sent: it counts where requests are counted.
    pub fn sent(&self) {
        if matches!(self.snapshot().stage, Stage::Project | Stage::Checking) {
            self.advance(1);
        }
    }

    /// How far it is. Counters are read one after the other: between two stages they may not fit.
    #[must_use]
    pub fn snapshot(&self) -> ProgressSnapshot {
        let Counters { stage, done, total } = &*self.0;
        let stage = usize::from(stage.load(Ordering::Relaxed));
        ProgressSnapshot {
            stage: STAGES.get(stage).copied().unwrap_or(Stage::Idle),
            done: done.load(Ordering::Relaxed),
            total: total.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_begins_at_nought_and_counts_what_is_its_own() {
        let progress = Progress::default();
        assert_eq!(progress.snapshot(), ProgressSnapshot { stage: Stage::Idle, done: 0, total: 0 });
        let other = progress.clone();
        other.begin(Stage::Reading, 3);
        other.advance(2);
        other.sent();
        assert_eq!(
            progress.snapshot(),
            ProgressSnapshot { stage: Stage::Reading, done: 2, total: 3 }
        );
        for stage in STAGES {
            progress.begin(stage, 0);
            progress.sent();
            let counts = matches!(stage, Stage::Project | Stage::Checking);
            assert_eq!(
                progress.snapshot(),
                ProgressSnapshot { stage, done: u64::from(counts), total: 0 }
            );
        }
    }
}
