//! Reads request bodies: each up to a limit, all together up to a budget, and none for ever.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use futures_util::StreamExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::ApiError;

/// How much of a body that is too long is still read, so that its sender receives the response.
const MAX_DRAINED_BYTES: usize = 64 * 1024 * 1024;

/// The unit of the budget, in bytes.
const UNIT: usize = 1024;

/// A body may take this many read timeouts in total.
const TOTAL_TIMEOUTS: u32 = 4;

/// The limits of request bodies.
#[derive(Debug)]
pub(crate) struct Bodies {
    /// The maximum length of one, in bytes.
    pub(crate) max_bytes: usize,
    read_timeout: Duration,
    /// What is left of the budget, in units.
    room: Arc<Semaphore>,
    budget: usize,
}

/// A body. As long as this value exists, it takes a part of the budget.
pub(crate) struct ReadBody {
    pub(crate) bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl Bodies {
    /// `max_total` is raised to the length of one body.
    pub(crate) fn new(max_bytes: usize, max_total: usize, read_timeout: Duration) -> Self {
        let budget = max_total.max(max_bytes).div_ceil(UNIT).clamp(1, Semaphore::MAX_PERMITS);
        Self { max_bytes, read_timeout, room: Arc::new(Semaphore::new(budget)), budget }
    }

    /// Reads a body when the budget has room for it.
    pub(crate) async fn read(&self, headers: &HeaderMap, body: Body) -> Result<ReadBody, ApiError> {
        let declared = headers
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if declared.is_some_and(|length| length > MAX_DRAINED_BYTES) {
            return Err(ApiError::BodyTooLong);
        }
        let kept = declared.unwrap_or(self.max_bytes).min(self.max_bytes);
        let units = u32::try_from(kept.div_ceil(UNIT).min(self.budget)).unwrap_or(u32::MAX);
        let room = timeout(self.read_timeout, Arc::clone(&self.room).acquire_many_owned(units));
        let room = room.await.ok().and_then(Result::ok).ok_or(ApiError::TooManyBodies)?;
        let total = self.read_timeout.saturating_mul(TOTAL_TIMEOUTS);
        let bytes =
            timeout(total, self.read_all(body)).await.map_err(|_| ApiError::BodyTooSlow)??;
        Ok(ReadBody { bytes, _room: room })
    }

    async fn read_all(&self, body: Body) -> Result<Bytes, ApiError> {
        let mut pieces = body.into_data_stream();
        let mut kept = Vec::new();
        let mut length = 0;
        let mut next = async || {
            timeout(self.read_timeout, pieces.next()).await.map_err(|_| ApiError::BodyTooSlow)
        };
        while let Some(piece) = next().await? {
            let piece = piece.map_err(|_| ApiError::BadRequest("The body is cut.".to_owned()))?;
            length += piece.len();
            if length > MAX_DRAINED_BYTES.max(self.max_bytes) {
                break;
            }
            if length <= self.max_bytes {
                kept.extend_from_slice(&piece);
            } else {
                kept = Vec::new();
            }
        }
        if length > self.max_bytes { Err(ApiError::BodyTooLong) } else { Ok(kept.into()) }
    }
}
