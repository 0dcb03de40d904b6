//! Creates many rows: in arrays, read back, the rest again in smaller arrays.

use std::collections::HashSet;
use std::hash::Hash;
use std::time::Duration;

use futures_util::future::join_all;
use serde::Serialize;

use crate::api::client::{Client, WriteOutcome};
use crate::api::error::{ApiError, RequestError};
use crate::api::wire::Resource;

use super::outcome::Stop;

/// After this many unknown outcomes a row is refused, if the server accepts others.
const UNKNOWN_ROUNDS: u32 = 3;

/// After this many unknown outcomes an array is sent in halves: one row may be the cause.
const UNKNOWN_UNTIL_HALVED: u32 = 2;

/// After this many rounds without a clear answer the server is unavailable, and no row is the cause.
const ROUNDS_WITHOUT_ANSWER: u32 = 3;

/// Waits before a row counts as absent that should exist, or may: replicas lag, and a server may complete a request after its
/// gateway gave up.
const LAG_WAITS: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_millis(600),
    Duration::from_millis(1200),
    Duration::from_secs(2),
];

/// After this many single rows refused and none accepted, the others are not sent.
const ALL_REFUSED: usize = 40;

/// Concurrent arrays while the server has refused some and accepted none.
const PROBES: usize = 8;

/// Rows of one kind to create; each has a key.
pub(crate) struct NewRows<N, B, P> {
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
    /// Reads which rows exist in the project.
    pub(crate) existing: P,
}

/// The outcome of the rows.
pub(crate) struct Creation<K, T> {
    /// The server's answers, in no particular order.
    pub(crate) answers: Vec<T>,
    /// Rows that the server acknowledged, or that were found after an unclear outcome.
    pub(crate) created: Vec<K>,
    /// Rows that the server refused, with its message.
    pub(crate) refused: Vec<(K, String)>,
    /// Whether rows were sent again that may have been applied: duplicates may become visible later.
    pub(crate) sent_again: bool,
    /// An error that ends the import. The other fields hold what was done before.
    pub(crate) end: Result<(), Stop>,
}

/// Rows of one request: an array, or an object for a single row.
struct Batch<K> {
    keys: Vec<K>,
    /// The number of unknown outcomes so far.
    unknown: u32,
}

impl<K: Copy> Batch<K> {
    fn split(&self, size: usize, unknown: u32) -> impl Iterator<Item = Self> {
        self.keys.chunks(size.max(1)).map(move |keys| Self { keys: keys.to_vec(), unknown })
    }

    /// After an unknown outcome: an array in halves, a single row as it is.
    fn halves(&self, unknown: u32) -> impl Iterator<Item = Self> {
        // Halves start over, because either may hold the cause. A single row does not.
        let unknown = if self.keys.len() > 1 { 1 } else { unknown };
        self.split(self.keys.len().div_ceil(2), unknown)
    }

    /// After a refusal: an array in halves, or in single rows if the server accepts no arrays or does not know the path.
    fn pieces(&self, error: &ApiError) -> impl Iterator<Item = Self> {
        let accepts_no_arrays = matches!(error.status(), Some(404 | 405 | 415));
        self.split(if accepts_no_arrays { 1 } else { self.keys.len().div_ceil(2) }, 0)
    }
}

/// A batch that may have been applied. If it is a single row with an error, and was not applied, it is refused.
type Unclear<K> = (Batch<K>, Option<ApiError>);

/// Creates every row of `keys`, in arrays of `batch_size`.
///
/// A refused array may be half applied, an array with an unknown outcome completely. Both are read back, and only missing rows
/// are sent again; those of a refused array in halves, until the row that the server refuses is alone.
pub(crate) async fn create_rows<K, T, D, N, B, P>(
    client: &Client,
    rows: NewRows<N, B, P>,
    keys: Vec<K>,
    batch_size: usize,
) -> Creation<K, T>
where
    K: Copy + Eq + Hash,
    T: Resource,
    D: Serialize,
    N: Fn(K) -> String,
    B: Fn(K) -> D,
    P: AsyncFnMut(&[K]) -> Result<HashSet<K>, Stop>,
{
    let mut creator = Creator {
        client,
        rows,
        batches: Batch { keys, unknown: 0 }.split(batch_size, 0).collect(),
        had_failures: false,
        rounds_without_answer: 0,
        creation: Creation {
            answers: Vec::new(),
            created: Vec::new(),
            refused: Vec::new(),
            sent_again: false,
            end: Ok(()),
        },
    };
    while !creator.batches.is_empty() && creator.creation.end.is_ok() {
        creator.creation.end = creator.round().await;
    }
    creator.creation
}

struct Creator<'a, K, T, N, B, P> {
    client: &'a Client,
    rows: NewRows<N, B, P>,
    /// What is to be sent.
    batches: Vec<Batch<K>>,
    /// Whether an array was refused, or not answered.
    had_failures: bool,
    rounds_without_answer: u32,
    creation: Creation<K, T>,
}

impl<K, T, D, N, B, P> Creator<'_, K, T, N, B, P>
where
    K: Copy + Eq + Hash,
    T: Resource,
    D: Serialize,
    N: Fn(K) -> String,
    B: Fn(K) -> D,
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
        // Wait for all of them: no request is cancelled in flight.
        let sent = join_all(batches.iter().map(|batch| self.send(batch))).await;
        let (mut acknowledged, mut unclear, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
        let mut stop = None;
        for (batch, written) in batches.into_iter().zip(sent) {
            match written {
                Ok(WriteOutcome::Applied(answers)) => {
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
        let is_answered = !acknowledged.is_empty() || !unclear.is_empty();
        self.rounds_without_answer = if is_answered { 0 } else { self.rounds_without_answer + 1 };
        if !unknown.is_empty() {
            self.had_failures = true;
            let policy = self.client.retry_policy();
            self.client.sleep(policy.wait(self.rounds_without_answer, fastrand::f64())).await;
        }
        for (batch, error) in unknown {
            self.unknown(batch, error, &mut unclear)?;
        }
        self.read_back(&acknowledged, unclear).await?;
        self.batches.extend(waiting);
        self.give_up_if_all_are_refused();
        Ok(())
    }

    async fn send(&self, batch: &Batch<K>) -> Result<WriteOutcome<Vec<T>>, ApiError> {
        let body = &self.rows.body;
        let written = if let [key] = batch.keys[..] {
            // As an object: a refusal is then about the row, not about arrays.
            self.client.create(T::NAME, &body(key)).await?.map(|answer| vec![answer])
        } else {
            let bodies: Vec<D> = batch.keys.iter().map(|key| body(*key)).collect();
            self.client.create(T::NAME, &bodies).await?
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
                tracing::debug!(%error, rows = batch.keys.len(), "array refused");
                unclear.extend(batch.pieces(&error).map(|piece| (piece, None)));
            }
        }
    }

    fn unknown(
        &self,
        mut batch: Batch<K>,
        error: ApiError,
        unclear: &mut Vec<Unclear<K>>,
    ) -> Result<(), Stop> {
        tracing::debug!(%error, rows = batch.keys.len(), "outcome unknown, reading back");
        let accepts_others = !self.creation.created.is_empty();
        batch.unknown += 1;
        let unknown = batch.unknown;
        match batch.keys[..] {
            [_] if unknown >= UNKNOWN_ROUNDS && (accepts_others || is_conflict(&error)) => {
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
                    self.creation.sent_again |= batch.unknown > 0;
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
        let mut existing = (self.rows.existing)(&keys).await?;
        for (wait, shorter) in LAG_WAITS.into_iter().zip(lag_waits(self.client)) {
            let all_exist = |keys: &[K]| keys.iter().all(|key| existing.contains(key));
            // Acknowledged rows must appear. Unclear ones may, and are sent again if not.
            let wait = match (all_exist(acknowledged), all_exist(&unclear)) {
                (true, true) => break,
                (true, false) => shorter,
                (false, _) => wait,
            };
            self.client.sleep(wait).await;
            existing = (self.rows.existing)(&keys).await?;
        }
        Ok(existing)
    }

    /// A server that refuses every single row does not refuse them for what they are: do not flood it with the rest.
    fn give_up_if_all_are_refused(&mut self) {
        let Creation { created, refused, .. } = &mut self.creation;
        if created.is_empty() && refused.len() >= ALL_REFUSED {
            let reason = format!("not sent, after the server refused all others: {}", refused[0].1);
            let rest = self.batches.drain(..).flat_map(|batch| batch.keys);
            refused.extend(rest.map(|key| (key, reason.clone())));
        }
    }
}

/// Waits until rows that were applied twice would be visible.
pub(super) async fn wait_for_replication(client: &Client) {
    for wait in lag_waits(client) {
        client.sleep(wait).await;
    }
}

/// [`LAG_WAITS`], shorter if the waits between attempts were made shorter.
fn lag_waits(client: &Client) -> [Duration; 4] {
    LAG_WAITS.map(|wait| wait.mul_f64(share_of_waits(client)))
}

/// How long waits are, from 0 to 1: shorter if the waits between attempts were made shorter.
pub(crate) fn share_of_waits(client: &Client) -> f64 {
    (client.retry_policy().base.as_secs_f64() / 0.5).clamp(0.0, 1.0)
}

/// 409, or the database's code for a violated uniqueness constraint.
fn is_conflict(error: &ApiError) -> bool {
    match &error.error {
        RequestError::Status { status, code, .. } => {
            *status == 409 || code.as_deref() == Some("23505")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_arrays_are_halved_and_unsupported_ones_are_taken_apart() {
        let pieces = |count: i32, status: u16| -> Vec<Vec<i32>> {
            let error =
                RequestError::Status { status, message: None, code: None, retry_after: None };
            let error = ApiError {
                method: reqwest::Method::POST,
                path: "/api/test".to_owned(),
                error,
                attempts: 1,
                elapsed: Duration::ZERO,
            };
            let batch = Batch { keys: (1..=count).collect(), unknown: 0 };
            batch.pieces(&error).map(|piece| piece.keys).collect()
        };
        assert_eq!(pieces(5, 422), [vec![1, 2, 3], vec![4, 5]]);
        assert_eq!(pieces(2, 400), [vec![1], vec![2]]);
        assert_eq!(pieces(3, 405), [vec![1], vec![2], vec![3]]);
    }
}
