//! A record of the requests, for tests that count them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Records the requests of a sandbox. Clones share one record.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    record: Arc<Mutex<Record>>,
}

#[derive(Debug, Default)]
struct Record {
    entries: Vec<JournalEntry>,
    next_serial: u64,
    /// The highest round among the requests that were answered.
    answered_round: usize,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalEntry {
    /// The method, in upper case.
    pub method: String,
    /// The path and query as received. Requests to `/` are recorded without their query.
    pub target: String,
    /// The status code of the response; `None` while the request runs, and if the client closed the connection.
    pub status: Option<u16>,
    /// The number of answers that the client had waited for, one after the other, when it sent the request, and 1.
    pub round: usize,
    serial: u64,
}

impl JournalEntry {
    /// Whether the method is one that changes data.
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

    /// A copy of the entries, in order of arrival.
    #[must_use]
    pub fn entries(&self) -> Vec<JournalEntry> {
        self.lock().entries.clone()
    }

    /// Removes and returns the entries, in order of arrival.
    #[must_use]
    pub fn take(&self) -> Vec<JournalEntry> {
        let mut record = self.lock();
        record.answered_round = 0;
        std::mem::take(&mut record.entries)
    }

    /// The number of recorded requests that do not change data.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.lock().entries.iter().filter(|entry| !entry.is_write()).count()
    }

    /// The number of recorded requests that change data.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.lock().entries.iter().filter(|entry| entry.is_write()).count()
    }

    /// Records a request on arrival, and returns the serial number for [`Self::record_status`].
    pub(crate) fn record_request(&self, method: &str, target: String) -> u64 {
        let mut record = self.lock();
        let serial = record.next_serial;
        record.next_serial += 1;
        let round = record.answered_round + 1;
        record.entries.push(JournalEntry {
            method: method.to_owned(),
            target,
            status: None,
            round,
            serial,
        });
        serial
    }

    pub(crate) fn record_status(&self, serial: u64, status: u16) {
        let record = &mut *self.lock();
        let entry = record.entries.iter_mut().rev().find(|entry| entry.serial == serial);
        if let Some(entry) = entry {
            entry.status = Some(status);
            record.answered_round = record.answered_round.max(entry.round);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
