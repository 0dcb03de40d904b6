//! A record of the requests that came in, for tests that count them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Every request since it was made or last taken. Clones share one record.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    entries: Arc<Mutex<Vec<Entry>>>,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// As it came, upper case.
    pub method: String,
    /// Path and query, as they came.
    pub target: String,
    /// What was answered; none while the request runs, and if its client went away.
    pub status: Option<u16>,
    serial: u64,
}

impl Entry {
    /// Whether the request asks for a change.
    #[must_use]
    pub fn is_write(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }

    /// The target without its query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy of what was recorded, in the order of arrival.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    /// What was recorded; the journal is empty afterwards.
    #[must_use]
    pub fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut self.lock())
    }

    /// How many requests asked for no change.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.lock().iter().filter(|entry| !entry.is_write()).count()
    }

    /// How many requests asked for a change.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.lock().iter().filter(|entry| entry.is_write()).count()
    }

    /// Records a request on arrival; the answer is noted under the returned serial number.
    pub(crate) fn arrival(&self, serial: u64, method: &str, target: &str) {
        self.lock().push(Entry {
            method: method.to_owned(),
            target: target.to_owned(),
            status: None,
            serial,
        });
    }

    pub(crate) fn answer(&self, serial: u64, status: u16) {
        let mut entries = self.lock();
        let entry = entries.iter_mut().rev().find(|entry| entry.serial == serial);
        if let Some(entry) = entry {
            entry.status = Some(status);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
