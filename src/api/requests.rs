//! The count of requests.

use reqwest::Method;
use serde::Serialize;

/// The number of requests sent, by method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// GET requests, retries included.
    pub get: u64,
    /// POST requests, retries included.
    pub post: u64,
    /// PUT requests, retries included.
    pub put: u64,
    /// DELETE requests, retries included.
    pub delete: u64,
    /// How many of them were retries.
    pub retries: u64,
}

impl Requests {
    /// The number of requests that could have changed something.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.post + self.put + self.delete
    }

    pub(super) fn count(&mut self, method: &Method, is_retry: bool) {
        let of_method = match *method {
            Method::GET => &mut self.get,
            Method::PUT => &mut self.put,
            Method::DELETE => &mut self.delete,
            _ => &mut self.post,
        };
        *of_method += 1;
        self.retries += u64::from(is_retry);
    }
}
