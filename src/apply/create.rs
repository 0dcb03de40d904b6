//! Creates many rows: in arrays, read back, the rest again in smaller arrays.

use std::collections::HashSet;
use std::hash::Hash;
use std::marker::PhantomData;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use serde::{Serialize, Serializer};

use crate::api::client::{Client, WriteOutcome};
use crate::api::error::ApiError;
use crate::api::wire::Resource;

use super::batch::{Batch, is_answer, is_conflict};
use super::lag::{Lag, Waits};
use super::outcome::Stop;

/// After this many unknown outcomes a row is refused, if the server accepts others.
const UNKNOWN_ROUNDS: u32 = 3;

/// After this many unknown outcomes an array is sent in halves: one row may be the cause.
const UNKNOWN_UNTIL_HALVED: u32 = 2;

/// After this many rounds without a clear answer the server is unavailable, and no row is the cause.
const ROUNDS_WITHOUT_ANSWER: u32 = 3;

/// After this many single rows refused and none accepted, the others are not sent.
const ALL_REFUSED: usize = 40;

/// After this many arrays of two or three rows without success, and none with, the server accepts only single rows.
const FAILED_PAIRS: usize = 2;

/// Concurrent arrays while the server has refused some and accepted none.
const PROBES: usize = 8;

/// Rows of one kind to create; each has a key.
pub(crate) struct NewRows<N, B, A, P> {
    /// Folder, test or step, for messages.
    pub(crate) kind: &'static str,
    /// What a row lacks that is not found after its creation, for messages.
    pub(crate) lacking: &'static str,
    /// Whether every row is read back, because the next stage builds on it. If not, only rows with an unclear outcome are, and
    /// the verification finds the rest.
    pub(crate) read_back_all: bool,
    /// The name of a row, for messages.
    pub(crate) name: N,
    /// The body that creates a row.
    pub(crate) body: B,
    /// What is kept of the server's answer about a row.
    pub(crate) kept: A,
    /// Reads which rows exist in the project.
    pub(crate) existing: P,
}

/// The outcome of the rows.
pub(crate) struct Creation<K, R> {
    /// What was kept of the server's answers, in no particular order.
    pub(crate) answers: Vec<R>,
    /// Rows that the server acknowledged, or that were found after an unclear outcome.
    pub(crate) created: Vec<K>,
    /// Rows that the server refused, with its message.
    pub(crate) refused: Vec<(K, String)>,
    /// Whether rows were sent again that may have been applied: duplicates may become visible later.
    pub(crate) sent_again: bool,
    /// What is known about the lag of lists by now.
    pub(super) lag: Lag,
    /// An error that ends the import. The other fields hold what was done before.
    pub(crate) end: Result<(), Stop>,
}

/// A batch that may have been applied. If it is a single row with an error, and was not applied, it is refused.
type Unclear<K> = (Batch<K>, Option<ApiError>);

/// Creates every row of `keys`, in arrays of `batch_size`.
///
/// A refused array may be half applied, an array with an unknown outcome completely. Both are read back, and only missing rows
/// are sent again; those of a refused array in halves, until the row that the server refuses is alone.
pub(crate) async fn create_rows<K, T, R, D, N, B, A, P>(
    client: &Client,
    rows: NewRows<N, B, A, P>,
    keys: Vec<K>,
    batch_size: usize,
    lag: Lag,
) -> Creation<K, R>
where
    K: Copy + Eq + Hash,
    T: Resource,
    D: Serialize,
    N: Fn(K) -> String,
    B: Fn(K) -> D,
    A: Fn(T) -> R,
    P: AsyncFnMut(&[K]) -> Result<HashSet<K>, Stop>,
{
    let mut creator = Creator {
        client,
        rows,
        batches: Batch { keys, unknown: 0 }.split(batch_size, 0).collect(),
        had_failures: false,
        accepts_arrays: false,
        failed_pairs: 0,
        sent_again: HashSet::new(),
        unclear_rows: UnclearRows::Unknown,
        has_answers: false,
        rounds_without_answer: 0,
        creation: Creation {
            answers: Vec::new(),
            created: Vec::new(),
            refused: Vec::new(),
            sent_again: false,
            lag,
            end: Ok(()),
        },
        answer: PhantomData,
    };
    while !creator.batches.is_empty() && creator.creation.end.is_ok() {
        creator.creation.end = creator.round().await;
    }
    let Creator { mut creation, sent_again, .. } = creator;
    creation.sent_again = creation.created.iter().any(|key| sent_again.contains(key));
    creation
}

/// What the rows without a clear outcome have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UnclearRows {
    Unknown,
    /// They were looked for long enough, and none was there: further ones need not be waited for.
    Absent,
    /// Some were applied.
    Applied,
}

/// The array that creates rows. Each body is made when it is written.
struct Bodies<'a, K, B> {
    keys: &'a [K],
    body: &'a B,
}

impl<K: Copy, D: Serialize, B: Fn(K) -> D> Serialize for Bodies<'_, K, B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.keys.iter().map(|key| (self.body)(*key)))
    }
}

struct Creator<'a, K, T, R, N, B, A, P> {
    client: &'a Client,
    rows: NewRows<N, B, A, P>,
    /// What is to be sent.
    batches: Vec<Batch<K>>,
    /// Whether an array was refused, or not answered.
    had_failures: bool,
    /// Whether an array was accepted.
    accepts_arrays: bool,
    /// Arrays of two or three rows that were not accepted.
    failed_pairs: usize,
    /// Rows that were sent more than once although they may have been applied.
    sent_again: HashSet<K>,
    unclear_rows: UnclearRows,
    /// Whether the server itself answered every request of this round. After another answer, a row may still be applied late.
    has_answers: bool,
    rounds_without_answer: u32,
    creation: Creation<K, R>,
    /// The rows of the answers.
    answer: PhantomData<fn() -> T>,
}

impl<K, T, R, D, N, B, A, P> Creator<'_, K, T, R, N, B, A, P>
where
    K: Copy + Eq + Hash,
    T: Resource,
    D: Serialize,
    N: Fn(K) -> String,
    B: Fn(K) -> D,
    A: Fn(T) -> R,
    P: AsyncFnMut(&[K]) -> Result<HashSet<K>, Stop>,
{
    /// Sends the batches, reads back those without a clear outcome, and keeps what has to be sent again.
    async fn round(&mut self) -> Result<(), Stop> {
        let mut batches = std::mem::take(&mut self.batches);
        // Until a row is accepted, send few arrays at a time, the pieces of refused ones first: if the server refuses all,
        // that becomes known early.
        let waiting = if self.had_failures && self.creation.created.is_empty() {
            batches.split_off(batches.len().min(PROBES))
        } else {
            Vec::new()
        };
        // Wait for all of them: no request is cancelled in flight. An array is not built before its turn.
        let sends = batches.iter().enumerate();
        let sends = sends.map(async |(index, batch)| (index, self.send(batch).await));
        let sent = stream::iter(sends).buffer_unordered(self.client.concurrency());
        let mut sent: Vec<_> = sent.collect().await;
        sent.sort_unstable_by_key(|(index, _)| *index);
        let (mut acknowledged, mut unclear, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
        let mut stop = None;
        for (batch, (_, written)) in batches.into_iter().zip(sent) {
            match written {
                Ok(WriteOutcome::Applied(answers)) => {
                    self.accepts_arrays |= batch.keys.len() > 1;
                    if answers.len() >= batch.keys.len() {
                        acknowledged.extend(batch.keys);
                    } else {
                        // It is not known which rows were applied.
                        let halves = batch.halves(batch.unknown + 1);
                        unclear.extend(halves.map(|half| (half, None)));
                    }
                    self.creation.answers.extend(answers);
                }
                Ok(WriteOutcome::Refused(error)) => self.refused(batch, error, &mut unclear),
                Ok(WriteOutcome::Unknown(error)) => unknown.push((batch, error)),
                Err(error) => stop = stop.or(Some(error)),
            }
        }
        self.creation.created.extend(&acknowledged);
        if let Some(stop) = stop {
            return Err(stop.into());
        }
        let is_answered = !acknowledged.is_empty()
            || !unclear.is_empty()
            || unknown.iter().any(|(_, error)| is_answer(error));
        self.rounds_without_answer = if is_answered { 0 } else { self.rounds_without_answer + 1 };
        if !unknown.is_empty() {
            self.had_failures = true;
            let policy = self.client.retry_policy();
            self.client.sleep(policy.wait(self.rounds_without_answer, fastrand::f64())).await;
        }
        self.has_answers = unknown.iter().all(|(_, error)| is_answer(error));
        for (batch, error) in unknown {
            self.unknown(batch, error, &mut unclear)?;
        }
        self.read_back(&acknowledged, unclear).await?;
        self.batches.extend(waiting);
        self.take_apart_if_arrays_fail();
        self.give_up_if_all_are_refused();
        Ok(())
    }

    async fn send(&self, batch: &Batch<K>) -> Result<WriteOutcome<Vec<R>>, ApiError> {
        let NewRows { body, kept, .. } = &self.rows;
        let written = if let [key] = batch.keys[..] {
            // As an object: a refusal is then about the row, not about arrays.
            self.client.create(T::NAME, &body(key)).await?.map(|answer| vec![kept(answer)])
        } else {
            self.client.create_array(T::NAME, &Bodies { keys: &batch.keys, body }, kept).await?
        };
        if let WriteOutcome::Applied(answers) = &written {
            self.client.progress().advance(answers.len().min(batch.keys.len()));
        }
        Ok(written)
    }

    fn refused(&mut self, batch: Batch<K>, error: ApiError, unclear: &mut Vec<Unclear<K>>) {
        match batch.keys[..] {
            // The conflict may be with this very row, created by an attempt whose answer was lost.
            [_] if is_conflict(&error) => unclear.push((batch, Some(error))),
            [key] => self.creation.refused.push((key, error.to_string())),
            _ => {
                self.had_failures = true;
                self.failed_pairs += usize::from(batch.keys.len() <= 3);
                tracing::debug!(%error, rows = batch.keys.len(), "array refused");
                unclear.extend(batch.pieces(&error).map(|piece| (piece, None)));
            }
        }
    }

    fn unknown(
        &mut self,
        mut batch: Batch<K>,
        error: ApiError,
        unclear: &mut Vec<Unclear<K>>,
    ) -> Result<(), Stop> {
        tracing::debug!(%error, rows = batch.keys.len(), "outcome unknown, reading back");
        let accepts_others = !self.creation.created.is_empty();
        batch.unknown += 1;
        let unknown = batch.unknown;
        let is_answer = is_answer(&error);
        if is_answer && batch.keys.len() > 1 {
            self.failed_pairs += usize::from(batch.keys.len() <= 3);
            // The server is there, and does not cope with this array.
            let knows_no_arrays = error.status() == Some(501);
            let size = if knows_no_arrays { 1 } else { batch.keys.len().div_ceil(2) };
            unclear.extend(batch.split(size, 1).map(|piece| (piece, None)));
            return Ok(());
        }
        match batch.keys[..] {
            [_] if unknown >= UNKNOWN_ROUNDS
                && (accepts_others || is_answer || is_conflict(&error)) =>
            {
                unclear.push((batch, Some(error)));
            }
            _ if unknown > UNKNOWN_ROUNDS
                || self.rounds_without_answer >= ROUNDS_WITHOUT_ANSWER =>
            {
                return Err(error.into());
            }
            _ if unknown >= UNKNOWN_UNTIL_HALVED => {
                unclear.extend(batch.halves(unknown).map(|half| (half, None)));
            }
            _ => unclear.push((batch, None)),
        }
        Ok(())
    }

    /// Reads back, and keeps the missing rows, to be sent again.
    async fn read_back(
        &mut self,
        acknowledged: &[K],
        unclear: Vec<Unclear<K>>,
    ) -> Result<(), Stop> {
        if unclear.is_empty() && !self.rows.read_back_all {
            return Ok(());
        }
        let existing = self.existing(acknowledged, &unclear).await?;
        if let Some(lost) = acknowledged.iter().find(|key| !existing.contains(*key)) {
            let NewRows { kind, name, lacking, .. } = &self.rows;
            return Err(Stop::Lost { kind, name: name(*lost), lacking });
        }
        for (batch, error) in unclear {
            let (found, missing): (Vec<K>, Vec<K>) =
                batch.keys.into_iter().partition(|key| existing.contains(key));
            self.creation.created.extend(found);
            match error {
                Some(error) => {
                    let refused = missing.into_iter().map(|key| (key, error.to_string()));
                    self.creation.refused.extend(refused);
                }
                None if missing.is_empty() => {}
                None => {
                    if batch.unknown > 0 {
                        self.sent_again.extend(&missing);
                    }
                    self.batches.push(Batch { keys: missing, unknown: batch.unknown });
                }
            }
        }
        Ok(())
    }

    /// Reads which rows exist, until all do or lists had the time to catch up.
    async fn existing(
        &mut self,
        acknowledged: &[K],
        unclear: &[Unclear<K>],
    ) -> Result<HashSet<K>, Stop> {
        let unclear: Vec<K> = unclear.iter().flat_map(|(batch, _)| &batch.keys).copied().collect();
        let keys = [acknowledged, &unclear].concat();
        let (mut waits, mut is_noted) = (Waits::default(), false);
        loop {
            let existing = (self.rows.existing)(&keys).await?;
            let all_exist = |keys: &[K]| keys.iter().all(|key| existing.contains(key));
            // Acknowledged rows must appear. Unclear ones may, and are sent again if not.
            let shows_acknowledged = all_exist(acknowledged);
            if shows_acknowledged && !acknowledged.is_empty() && !is_noted {
                self.creation.lag.note(waits.waited);
                is_noted = true;
            }
            if unclear.iter().any(|key| existing.contains(key)) {
                if self.unclear_rows != UnclearRows::Applied {
                    self.creation.lag.note(waits.waited);
                }
                self.unclear_rows = UnclearRows::Applied;
            }
            let lag = self.creation.lag;
            let limit = match (shows_acknowledged, all_exist(&unclear)) {
                (true, true) => return Ok(existing),
                (false, _) => lag.limit,
                // Halving pays this wait once, not once for each half.
                (true, false) if self.has_answers => match self.unclear_rows {
                    UnclearRows::Unknown => lag.unclear(self.client),
                    UnclearRows::Absent => Duration::ZERO,
                    UnclearRows::Applied => lag.outlast(),
                },
                (true, false) => lag.unclear(self.client),
            };
            if !waits.wait(self.client, limit).await {
                if self.unclear_rows == UnclearRows::Unknown && !unclear.is_empty() {
                    self.unclear_rows = UnclearRows::Absent;
                }
                return Ok(existing);
            }
        }
    }

    /// A server that copes with single rows only is not sent further arrays.
    fn take_apart_if_arrays_fail(&mut self) {
        let accepts_only_rows = !self.accepts_arrays
            && self.failed_pairs >= FAILED_PAIRS
            && !self.creation.created.is_empty();
        if accepts_only_rows {
            let batches = std::mem::take(&mut self.batches);
            self.batches = batches.iter().flat_map(|batch| batch.split(1, batch.unknown)).collect();
        }
    }

    /// A server that refuses every single row does not refuse them for what they are: do not flood it with the rest.
    fn give_up_if_all_are_refused(&mut self) {
        let Creation { created, refused, .. } = &mut self.creation;
        if created.is_empty() && refused.len() >= ALL_REFUSED {
            let reason =
                format!("not sent, because the server refused all others: {}", refused[0].1);
            let rest = self.batches.drain(..).flat_map(|batch| batch.keys);
            refused.extend(rest.map(|key| (key, reason.clone())));
        }
    }
}
