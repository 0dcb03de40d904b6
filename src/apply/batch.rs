//! The rows of one request, how they are divided after a failure, and what failures mean.

use crate::api::error::{ApiError, RequestError};

/// Rows of one request: an array, or an object for a single row.
pub(super) struct Batch<K> {
    pub(super) keys: Vec<K>,
    /// The number of unknown outcomes so far.
    pub(super) unknown: u32,
}

impl<K: Copy> Batch<K> {
    pub(super) fn split(&self, size: usize, unknown: u32) -> impl Iterator<Item = Self> {
        self.keys.chunks(size.max(1)).map(move |keys| Self { keys: keys.to_vec(), unknown })
    }

    /// After an unknown outcome: an array in halves, a single row as it is.
    pub(super) fn halves(&self, unknown: u32) -> impl Iterator<Item = Self> {
        // Halves start over, because either may hold the cause. A single row does not.
        let unknown = if self.keys.len() > 1 { 1 } else { unknown };
        self.split(self.keys.len().div_ceil(2), unknown)
    }

    /// After a refusal: an array in halves, or in single rows if the server accepts no arrays or does not know the path.
    pub(super) fn pieces(&self, error: &ApiError) -> impl Iterator<Item = Self> {
        let accepts_no_arrays = matches!(error.status(), Some(404 | 405 | 415));
        self.split(if accepts_no_arrays { 1 } else { self.keys.len().div_ceil(2) }, 0)
    }
}

/// Whether the server itself answered, not a gateway: it is there, and does not cope with what was sent.
pub(super) fn is_answer(error: &ApiError) -> bool {
    matches!(
        error.error,
        RequestError::Status { status: 500 | 501, .. } | RequestError::Unreadable { .. }
    )
}

/// 409, or the database's code for a violated uniqueness constraint.
pub(super) fn is_conflict(error: &ApiError) -> bool {
    match &error.error {
        RequestError::Status { status, code, .. } => {
            *status == 409 || code.as_deref() == Some("23505")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn refused_arrays_are_halved_and_unsupported_ones_are_taken_apart() {
        let pieces = |count: i32, status: u16| -> Vec<Vec<i32>> {
            let error =
                RequestError::Status { status, message: None, code: None, retry_after: None };
            let error = ApiError {
                host: "https://tq.example".into(),
                token_source: "".into(),
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
