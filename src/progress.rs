//! The progress of an import: counters that the stages raise and that the command line shows. Nothing blocks.

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

/// The stage of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Not started, or done.
    Idle,
    /// Reports are read; counts files.
    Reading,
    /// The project is read; counts requests, with an unknown total.
    Project,
    /// Folders, tests and steps are written; counts rows.
    Writing,
    /// The changes are verified; counts requests.
    Checking,
}

const STAGES: [Stage; 5] =
    [Stage::Idle, Stage::Reading, Stage::Project, Stage::Writing, Stage::Checking];

/// The counters at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgressSnapshot {
    /// The stage.
    pub stage: Stage,
    /// Items that are done.
    pub done: u64,
    /// All items; 0 if unknown.
    pub total: u64,
}

impl Progress {
    /// Begins a stage of `total` items, 0 if unknown.
    pub fn begin(&self, stage: Stage, total: u64) {
        let Counters { stage: of_stage, done, total: of_total } = &*self.0;
        done.store(0, Ordering::Relaxed);
        of_total.store(total, Ordering::Relaxed);
        of_stage.store(stage as u8, Ordering::Relaxed);
    }

    /// Counts `items` more.
    pub fn advance(&self, items: usize) {
        self.0.done.fetch_add(items as u64, Ordering::Relaxed);
    }

    /// Counts a request, in a stage that counts requests.
    pub fn sent(&self) {
        if matches!(self.snapshot().stage, Stage::Project | Stage::Checking) {
            self.advance(1);
        }
    }

    /// The current progress. The counters are read one by one and may be inconsistent between two stages.
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
    fn a_stage_begins_at_zero_and_counts_its_own_items() {
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
