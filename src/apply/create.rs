//! Creating many rows: arrays, read back, the rest again in smaller arrays.

use std::collections::HashSet;
use std::hash::Hash;
use std::time::Duration;

use futures_util::future::join_all;
use serde::Serialize;

use crate::api::client::{Client, WriteOutcome};
use crate::api::error::{ApiError, RequestError};
use crate::api::wire::Resource;

use super::Stop;

/// A row whose outcome was unknown so often is refused, if the server accepts others.
const UNKNOWN_ROUNDS: u32 = 3;

/// An array whose outcome was unknown so often is sent in halves: one row may be to blame.
const UNKNOWN_UNTIL_HALVED: u32 = 2;

/// So many rounds without one clear answer: the server is unwell, and no row is to blame.
const ROUNDS_WITHOUT_ANSWER: u32 = 3;

/// Waits before a row is believed to be absent that should be there, or may be: replicas lag, and what a gateway gave up is
/// finished later.
const LAG_WAITS: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_millis(600),
    Duration::from_millis(1200),
    Duration::from_secs(2),
];

/// So many rows refused one by one, and none accepted: the others are not tried.
const ALL_REFUSED: usize = 40;

/// Arrays under way at once while the server has accepted none and refused some.
const PROBES: usize = 8;

/// What became of the rows.
pub(super) struct Creation<K, T> {
    /// The server's answers, in no particular order.
    pub(super) answered: Vec<T>,
    /// Rows that the server will not have, and what it said.
    pub(super) refused: Vec<(K, String)>,
    /// Rows that the server acknowledged, or that were found after an unknown outcome.
    pub(super) created: Vec<K>,
    /// Rows were sent again that may have been applied: a twin may come into view later.
    pub(super) sent_again: bool,
}

impl<K, T> Default for Creation<K, T> {
    fn default() -> Self {
        Self { answered: Vec::new(), refused: Vec::new(), created: Vec::new(), sent_again: false }
    }
}

impl<K, T> Creation<K, T> {
    fn refuse(&mut self, keys: Vec<K>, said: &str) {
        self.refused.extend(keys.into_iter().map(|key| (key, said.to_owned())));
    }
}

/// Rows that travel in one request.
struct Batch<K> {
    keys: Vec<K>,
    /// How often its outcome was unknown.
    unknown: u32,
    /// Sent as an object, because the server takes no arrays here.
    single: bool,
}

/// How rows are looked for after they were written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadBack {
    /// Always: what follows builds on them.
    Always,
    /// Only where the outcome was not clear; the final verification sees the rest.
    Doubtful,
}

/// What a stage has to say about its rows.
pub(super) trait Rows {
    /// Names one row.
    type Key: Copy + Eq + Hash;
    /// The body that creates it.
    type Body: Serialize;
    /// What the server answers.
    type Answer: Resource;

    /// Folder, test, step: for messages.
    const KIND: &'static str;
    /// What a row that does not read back lacks.
    const LACKING: &'static str;
    /// When rows are read back.
    const READ_BACK: ReadBack;

    /// The body of `key`.
    fn body(&self, key: Self::Key) -> Self::Body;
    /// The name of `key` for messages.
    fn name(&self, key: Self::Key) -> String;
    /// Reads which of `keys` stand in the project.
    async fn present(&mut self, keys: &[Self::Key]) -> Result<HashSet<Self::Key>, Stop>;
}

/// Creates every row of `keys`, in their order within an array. What was done stands in the first part of what is given back,
/// however it ended.
///
/// A refused array may be half applied, and an unknown one wholly: both are read back, and only what is
/// not there is sent again, a refused array in two halves until the row that the server dislikes is alone.
pub(super) async fn create_rows<R: Rows>(
    client: &Client,
    rows: &mut R,
    keys: Vec<R::Key>,
    batch_size: usize,
) -> (Creation<R::Key, R::Answer>, Result<(), Stop>) {
    let batches: Vec<Batch<R::Key>> = keys
        .chunks(batch_size.max(1))
        .map(|keys| Batch { keys: keys.to_vec(), unknown: 0, single: keys.len() == 1 })
        .collect();
    let mut sending = Sending {
        client,
        rows,
        batches,
        suspicious: false,
        without_answer: 0,
        creation: Creation::default(),
    };
    let mut ended = Ok(());
    while !sending.batches.is_empty() && ended.is_ok() {
        ended = sending.round().await;
    }
    (sending.creation, ended)
}

struct Sending<'a, R: Rows> {
    client: &'a Client,
    rows: &'a mut R,
    batches: Vec<Batch<R::Key>>,
    /// Some array was refused, or not answered.
    suspicious: bool,
    /// Rounds in a row in which nothing was clear.
    without_answer: u32,
    creation: Creation<R::Key, R::Answer>,
}

/// What the answers of one round leave open.
struct Open<K> {
    /// Rows that the server says it created.
    acknowledged: Vec<K>,
    /// What may have been applied.
    doubtful: Vec<Doubtful<K>>,
}

/// Rows that may have been applied; if a lone row was not, it is refused for the reason that stands beside it.
type Doubtful<K> = (Batch<K>, Option<(K, String)>);

impl<R: Rows> Sending<'_, R> {
    /// Sends what is open, reads back what is not clear, and keeps what has to be sent again.
    async fn round(&mut self) -> Result<(), Stop> {
        let mut batches = std::mem::take(&mut self.batches);
        // While nothing was accepted, few arrays at a time, the pieces of refused ones first: if the server refuses all,
        // that shall be known soon.
        let waiting = if self.suspicious && self.creation.created.is_empty() {
            batches.split_off(batches.len().min(PROBES))
        } else {
            Vec::new()
        };
        // All of them, whatever becomes of one: what is under way is not given up in the middle.
        let (client, rows) = (self.client, &*self.rows);
        let sent = join_all(batches.iter().map(|batch| send(client, rows, batch))).await;
        let mut open = Open { acknowledged: Vec::new(), doubtful: Vec::new() };
        let (mut stop, mut unknown) = (None, Vec::new());
        for (batch, written) in batches.into_iter().zip(sent) {
            match written {
                Ok(WriteOutcome::Applied(answers)) => self.applied(batch, answers, &mut open),
                Ok(WriteOutcome::Refused(error)) => self.refused(batch, &error, &mut open),
                Ok(WriteOutcome::Unknown(error)) => unknown.push((batch, error)),
                Err(error) => stop = stop.or(Some(error)),
            }
        }
        if let Some(stop) = stop {
            self.creation.created.append(&mut open.acknowledged);
            return Err(stop.into());
        }
        let some_answer = !open.acknowledged.is_empty() || !open.doubtful.is_empty();
        self.without_answer = if some_answer { 0 } else { self.without_answer + 1 };
        if !unknown.is_empty() {
            self.suspicious = true;
            let wait = self.client.retry_policy().wait(self.without_answer, fastrand::f64());
            self.client.rest(wait).await;
        }
        for (batch, error) in unknown {
            if let Err(stop) = self.unknown(batch, error, &mut open) {
                self.creation.created.append(&mut open.acknowledged);
                return Err(stop);
            }
        }
        self.settle(open).await?;
        self.batches.extend(waiting);
        self.give_up_if_all_are_refused();
        Ok(())
    }

    fn applied(&mut self, batch: Batch<R::Key>, answers: Vec<R::Answer>, open: &mut Open<R::Key>) {
        let is_whole = answers.len() >= batch.keys.len();
        self.creation.answered.extend(answers);
        if is_whole {
            open.acknowledged.extend(batch.keys);
        } else {
            // Fewer rows than were sent: nobody knows which.
            let unknown = batch.unknown + 1;
            open.doubtful.extend(again(Batch { unknown, ..batch }).map(|piece| (piece, None)));
        }
    }

    fn refused(&mut self, batch: Batch<R::Key>, error: &ApiError, open: &mut Open<R::Key>) {
        if batch.single {
            let key = batch.keys[0];
            if is_conflict(error) {
                // What is taken may be this very row, applied by an attempt whose answer was lost.
                open.doubtful.push((batch, Some((key, error.to_string()))));
            } else {
                self.creation.refused.push((key, error.to_string()));
            }
            return;
        }
        self.suspicious = true;
        tracing::debug!(%error, rows = batch.keys.len(), "array refused");
        open.doubtful.extend(split(batch, error).into_iter().map(|half| (half, None)));
    }

    fn unknown(
        &mut self,
        batch: Batch<R::Key>,
        error: ApiError,
        open: &mut Open<R::Key>,
    ) -> Result<(), Stop> {
        tracing::debug!(%error, rows = batch.keys.len(), "outcome unknown, reading back");
        let accepts_others = !self.creation.created.is_empty() || !open.acknowledged.is_empty();
        let unknown = batch.unknown + 1;
        let batch = Batch { unknown, ..batch };
        match batch.keys[..] {
            [key] if unknown >= UNKNOWN_ROUNDS && (accepts_others || is_conflict(&error)) => {
                open.doubtful.push((batch, Some((key, error.to_string()))));
            }
            _ if unknown > UNKNOWN_ROUNDS || self.without_answer >= ROUNDS_WITHOUT_ANSWER => {
                return Err(error.into());
            }
            _ if unknown >= UNKNOWN_UNTIL_HALVED => {
                open.doubtful.extend(again(batch).map(|piece| (piece, None)));
            }
            _ => open.doubtful.push((batch, None)),
        }
        Ok(())
    }

    /// Reads back, and keeps what is not there.
    async fn settle(&mut self, open: Open<R::Key>) -> Result<(), Stop> {
        let Open { acknowledged, doubtful } = open;
        let present: HashSet<R::Key> = if doubtful.is_empty() && R::READ_BACK == ReadBack::Doubtful
        {
            acknowledged.iter().copied().collect()
        } else {
            let unclear: Vec<R::Key> =
                doubtful.iter().flat_map(|(batch, _)| batch.keys.iter().copied()).collect();
            match read_back(self.client, self.rows, &acknowledged, &unclear).await {
                Ok(present) => present,
                Err(stop) => {
                    self.creation.created.extend(acknowledged);
                    return Err(stop);
                }
            }
        };
        let lost = acknowledged.iter().find(|key| !present.contains(*key)).copied();
        self.creation.created.extend(acknowledged);
        if let Some(lost) = lost {
            let name = self.rows.name(lost);
            return Err(Stop::Lost { kind: R::KIND, name, lacking: R::LACKING });
        }
        for (mut batch, refusal) in doubtful {
            let there = batch.keys.iter().filter(|key| present.contains(*key));
            self.creation.created.extend(there);
            batch.keys.retain(|key| !present.contains(key));
            match refusal {
                _ if batch.keys.is_empty() => {}
                Some(refusal) => self.creation.refused.push(refusal),
                None => {
                    self.creation.sent_again |= batch.unknown > 0;
                    self.batches.push(batch);
                }
            }
        }
        Ok(())
    }

    fn give_up_if_all_are_refused(&mut self) {
        let creation = &mut self.creation;
        if creation.created.is_empty() && creation.refused.len() >= ALL_REFUSED {
            // It is not about the rows: asking for each of them would only be a flood.
            let said = creation.refused[0].1.clone();
            let rest = self.batches.drain(..).flat_map(|batch| batch.keys).collect();
            creation
                .refuse(rest, &format!("not sent, after the server refused all others: {said}"));
        }
    }
}

/// Waits until what was sent twice would be in view, if it was applied twice.
pub(super) async fn wait_for_replication(client: &Client) {
    for wait in lag_waits(client) {
        client.rest(wait).await;
    }
}

/// [`LAG_WAITS`], shorter where waits between attempts were made shorter.
fn lag_waits(client: &Client) -> [Duration; 4] {
    let share = client.retry_policy().base.as_secs_f64() / 0.5;
    LAG_WAITS.map(|wait| wait.mul_f64(share.clamp(0.0, 1.0)))
}

/// Reads back until every row is there, or time is up.
async fn read_back<R: Rows>(
    client: &Client,
    rows: &mut R,
    acknowledged: &[R::Key],
    unclear: &[R::Key],
) -> Result<HashSet<R::Key>, Stop> {
    let keys: Vec<R::Key> = acknowledged.iter().chain(unclear).copied().collect();
    let mut present = rows.present(&keys).await?;
    for (wait, shorter) in LAG_WAITS.into_iter().zip(lag_waits(client)) {
        let are_there = |keys: &[R::Key]| keys.iter().all(|key| present.contains(key));
        // What the server acknowledged must come; what is unclear may, and is sent again if not.
        let wait = match (are_there(acknowledged), are_there(unclear)) {
            (true, true) => break,
            (true, false) => shorter,
            (false, _) => wait,
        };
        client.rest(wait).await;
        present = rows.present(&keys).await?;
    }
    Ok(present)
}

async fn send<R: Rows>(
    client: &Client,
    rows: &R,
    batch: &Batch<R::Key>,
) -> Result<WriteOutcome<Vec<R::Answer>>, ApiError> {
    let resource = <R::Answer as Resource>::NAME;
    let written = match batch.keys[..] {
        [key] if batch.single => match client.create(resource, &rows.body(key)).await? {
            WriteOutcome::Applied(answer) => WriteOutcome::Applied(vec![answer]),
            WriteOutcome::Refused(error) => WriteOutcome::Refused(error),
            WriteOutcome::Unknown(error) => WriteOutcome::Unknown(error),
        },
        _ => {
            let bodies: Vec<R::Body> = batch.keys.iter().map(|key| rows.body(*key)).collect();
            client.create(resource, &bodies).await?
        }
    };
    if let WriteOutcome::Applied(answers) = &written {
        client.progress().advance(answers.len().min(batch.keys.len()));
    }
    Ok(written)
}

/// 409, or the database's code for a broken uniqueness rule.
fn is_conflict(error: &ApiError) -> bool {
    match &error.error {
        RequestError::Status { status, code, .. } => {
            *status == 409 || code.as_deref() == Some("23505")
        }
        _ => false,
    }
}

/// What is sent again: an array in two halves, a row as it is.
fn again<K: Copy>(batch: Batch<K>) -> impl Iterator<Item = Batch<K>> {
    let size = batch.keys.len().div_ceil(2).max(1);
    let unknown = batch.unknown;
    // A half begins anew: it may be the other one that the server dislikes. A lone row does not.
    let unknown = if batch.keys.len() > 1 { 1 } else { unknown };
    let pieces: Vec<Batch<K>> = batch
        .keys
        .chunks(size)
        .map(|keys| Batch { keys: keys.to_vec(), unknown, single: keys.len() == 1 })
        .collect();
    pieces.into_iter()
}

/// A refused array in two halves; in single rows where the server takes no arrays, or does not know the route.
fn split<K: Copy>(batch: Batch<K>, error: &ApiError) -> Vec<Batch<K>> {
    let no_arrays = matches!(error.error, RequestError::Status { status: 404 | 405 | 415, .. });
    let size = if no_arrays { 1 } else { batch.keys.len().div_ceil(2) };
    // A lone row is sent as an object: the refusal then is about the row, not about arrays.
    batch
        .keys
        .chunks(size)
        .map(|keys| Batch { keys: keys.to_vec(), unknown: 0, single: keys.len() == 1 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16) -> ApiError {
        ApiError {
            method: reqwest::Method::POST,
            path: "/api/test".to_owned(),
            error: RequestError::Status { status, message: None, code: None, retry_after: None },
            attempts: 1,
            elapsed: Duration::ZERO,
        }
    }

    #[test]
    fn refused_arrays_are_halved_and_unsupported_ones_are_taken_apart() {
        let batch = || Batch { keys: vec![1, 2, 3, 4, 5], unknown: 0, single: false };
        let halves: Vec<Vec<i32>> =
            split(batch(), &refusal(422)).into_iter().map(|half| half.keys).collect();
        assert_eq!(halves, [vec![1, 2, 3], vec![4, 5]]);
        let odd = split(Batch { keys: vec![1, 2, 3], unknown: 0, single: false }, &refusal(400));
        assert_eq!(odd.iter().map(|half| half.single).collect::<Vec<_>>(), [false, true]);
        let singles = split(batch(), &refusal(405));
        assert_eq!(singles.len(), 5);
        assert!(singles.iter().all(|single| single.single));
        let pair = split(Batch { keys: vec![1, 2], unknown: 0, single: false }, &refusal(400));
        assert!(pair.iter().all(|single| single.single && single.keys.len() == 1));
    }
}
