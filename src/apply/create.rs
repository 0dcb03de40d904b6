//! Creating many rows: arrays, read back, the rest again in smaller arrays.

use std::collections::HashSet;
use std::hash::Hash;
use std::time::Duration;

use futures_util::future::try_join_all;
use serde::Serialize;

use crate::api::client::{Client, Written};
use crate::api::error::{ApiError, Fault};
use crate::api::wire::Resource;

use super::Stop;

/// How often rows of unknown outcome are sent again after they were not found.
const UNKNOWN_ROUNDS: u32 = 3;

/// Waits before a row is believed to be absent that should be there: replicas lag.
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

/// Creates every row of `keys`, in their order within an array.
///
/// A refused array may be half applied, and an unknown one wholly: both are read back, and only what is
/// not there is sent again, a refused array in two halves until the row that the server dislikes is alone.
pub(super) async fn create_rows<R: Rows>(
    client: &Client,
    rows: &mut R,
    keys: Vec<R::Key>,
    batch_size: usize,
) -> Result<Creation<R::Key, R::Answer>, Stop> {
    let mut creation = Creation { answered: Vec::new(), refused: Vec::new(), created: Vec::new() };
    let mut batches: Vec<Batch<R::Key>> = keys
        .chunks(batch_size.max(1))
        .map(|keys| Batch { keys: keys.to_vec(), unknown: 0, single: keys.len() == 1 })
        .collect();
    let mut suspicious = false;
    while !batches.is_empty() {
        // While nothing was accepted, few arrays at a time, the pieces of refused ones first: if the server refuses all,
        // that shall be known soon.
        let waiting = if suspicious && creation.created.is_empty() {
            batches.split_off(batches.len().min(PROBES))
        } else {
            Vec::new()
        };
        let sent = try_join_all(batches.iter().map(|batch| send(client, rows, batch))).await?;
        let mut acknowledged = Vec::new();
        let mut doubtful = Vec::new();
        for (batch, written) in batches.into_iter().zip(sent) {
            match written {
                Written::Applied(answers) => {
                    creation.answered.extend(answers);
                    acknowledged.extend(batch.keys);
                }
                Written::Refused(error) if is_forbidden(&error) => {
                    suspicious = true;
                    // Whoever may not create one row may not create another.
                    creation.refuse(batch.keys, &error.to_string());
                }
                Written::Refused(error) if batch.single => {
                    let key = batch.keys[0];
                    if is_conflict(&error) {
                        // What is taken may be this very row, applied by an attempt whose answer was lost.
                        doubtful.push((batch, Some((key, error.to_string()))));
                    } else {
                        creation.refused.push((key, error.to_string()));
                    }
                }
                Written::Refused(error) => {
                    suspicious = true;
                    tracing::debug!(%error, rows = batch.keys.len(), "array refused");
                    doubtful.extend(split(batch, &error).into_iter().map(|half| (half, None)));
                }
                Written::Unknown(error) if batch.unknown >= UNKNOWN_ROUNDS => {
                    return Err(error.into());
                }
                Written::Unknown(error) => {
                    tracing::debug!(%error, rows = batch.keys.len(), "outcome unknown, reading back");
                    doubtful.push((Batch { unknown: batch.unknown + 1, ..batch }, None));
                }
            }
        }
        batches = Vec::new();
        let present = if doubtful.is_empty() && R::READ_BACK == ReadBack::Doubtful {
            acknowledged.iter().copied().collect()
        } else {
            let unclear: Vec<R::Key> =
                doubtful.iter().flat_map(|(batch, _)| batch.keys.iter().copied()).collect();
            read_back(rows, &acknowledged, &unclear).await?
        };
        if let Some(&lost) = acknowledged.iter().find(|key| !present.contains(*key)) {
            return Err(Stop::Lost { kind: R::KIND, name: rows.name(lost), lacking: R::LACKING });
        }
        creation.created.extend(acknowledged);
        for (mut batch, refusal) in doubtful {
            creation.created.extend(batch.keys.iter().filter(|key| present.contains(*key)));
            batch.keys.retain(|key| !present.contains(key));
            match refusal {
                _ if batch.keys.is_empty() => {}
                Some(refusal) => creation.refused.push(refusal),
                None => batches.push(batch),
            }
        }
        batches.extend(waiting);
        if creation.created.is_empty() && creation.refused.len() >= ALL_REFUSED {
            // It is not about the rows: asking for each of them would only be a flood.
            let said = creation.refused[0].1.clone();
            let rest = batches.drain(..).flat_map(|batch| batch.keys).collect();
            creation
                .refuse(rest, &format!("not sent, after the server refused all others: {said}"));
        }
    }
    Ok(creation)
}

/// Reads back until every acknowledged row is there, or time is up.
async fn read_back<R: Rows>(
    rows: &mut R,
    acknowledged: &[R::Key],
    unclear: &[R::Key],
) -> Result<HashSet<R::Key>, Stop> {
    let keys: Vec<R::Key> = acknowledged.iter().chain(unclear).copied().collect();
    let mut present = rows.present(&keys).await?;
    for (reading, wait) in LAG_WAITS.into_iter().enumerate() {
        let all_there = acknowledged.iter().all(|key| present.contains(key));
        // Rows of unknown outcome are looked for twice before they are taken to be absent.
        let looked_twice = reading > 0 || unclear.iter().all(|key| present.contains(key));
        if all_there && looked_twice {
            break;
        }
        tokio::time::sleep(wait).await;
        present = rows.present(&keys).await?;
    }
    Ok(present)
}

async fn send<R: Rows>(
    client: &Client,
    rows: &R,
    batch: &Batch<R::Key>,
) -> Result<Written<Vec<R::Answer>>, ApiError> {
    let resource = <R::Answer as Resource>::NAME;
    match batch.keys[..] {
        [key] if batch.single => Ok(match client.create(resource, &rows.body(key)).await? {
            Written::Applied(answer) => Written::Applied(vec![answer]),
            Written::Refused(error) => Written::Refused(error),
            Written::Unknown(error) => Written::Unknown(error),
        }),
        _ => {
            let bodies: Vec<R::Body> = batch.keys.iter().map(|key| rows.body(*key)).collect();
            client.create(resource, &bodies).await
        }
    }
}

fn is_forbidden(error: &ApiError) -> bool {
    matches!(error.fault, Fault::Status { status: 403, .. })
}

/// 409, or the database's code for a broken uniqueness rule.
fn is_conflict(error: &ApiError) -> bool {
    match &error.fault {
        Fault::Status { status, code, .. } => *status == 409 || code.as_deref() == Some("23505"),
        _ => false,
    }
}

/// A refused array in two halves; in single rows where the server takes no arrays, or does not know the route.
fn split<K: Copy>(batch: Batch<K>, error: &ApiError) -> Vec<Batch<K>> {
    let no_arrays = matches!(error.fault, Fault::Status { status: 404 | 405 | 415, .. });
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
            fault: Fault::Status { status, message: None, code: None, retry_after: None },
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
