//! The fault switch: a sandbox that misbehaves on request, so that a client can be seen to stand it.
//!
//! A rule is words: what happens, and to which requests.
//!
//! ```text
//! 503 20% seed=7             one request in five is refused with 503, before it is carried out
//! lost POST test 1           the first POST to `test` is carried out, and its answer lost in a 502
//! hang-up=after POST         every POST is carried out, and the connection closed without a word
//! 429=30 GET 2               the second GET is answered by 429 and `Retry-After: 30`
//! lag=2s GET                 lists lack what is younger than two seconds
//! ```

mod layer;
mod spec;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::{Method, StatusCode};

pub(crate) use layer::misbehave;
pub use spec::FaultError;

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// It is answered by this, and not carried out.
    Refused { status: StatusCode, retry_after: Option<String> },
    /// It is carried out, and answered by this.
    Lost(StatusCode),
    /// The connection is closed without an answer; `true`: after it was carried out.
    HangUp(bool),
    /// It is carried out, and half of its answer arrives.
    Cut,
    /// It is carried out, and the answer has no body.
    Empty,
    /// It is carried out, and the answer is a page of HTML with its status.
    Html,
    /// It waits before it is carried out.
    Delay(Duration),
    /// The answer comes byte by byte.
    Drip,
    /// Arrays are refused with this, and not carried out.
    Arrays(StatusCode),
    /// Of an array, the first half is carried out, and it is answered by this.
    Half(StatusCode),
    /// Of an array, the answer names the last row first.
    Reverse,
    /// A list lacks its last row, as if rows had moved between its pages.
    Shift,
    /// Lists lack what is younger.
    Lag(Duration),
    /// What is written as a description arrives wrapped in HTML.
    Wrap,
    /// What is written as a description is dropped.
    Drop,
    /// Ids are written as strings.
    StringIds,
}

/// A rule: what happens to which requests.
#[derive(Debug)]
struct FaultRule {
    kind: Kind,
    method: Option<Method>,
    resource: Option<String>,
    /// Which of the requests that fit, counted from 1.
    from: u64,
    to: u64,
    /// How many of a hundred.
    percent: u64,
    seed: u64,
    seen: AtomicU64,
}

/// Rules, in the order in which they are tried: the first that holds is what happens.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Vec<FaultRule>,
}

impl Faults {
    /// The rules that `specs` spell.
    ///
    /// # Errors
    /// The first that is none.
    pub fn parse<S: AsRef<str>>(specs: &[S]) -> Result<Self, FaultError> {
        let rules = specs.iter().map(|spec| spec.as_ref().parse()).collect::<Result<_, _>>()?;
        Ok(Self { rules })
    }

    /// What happens to a request.
    fn strike(&self, method: &Method, resource: &str) -> Option<&Kind> {
        let mut struck = None;
        for rule in &self.rules {
            // Every rule counts what fits, whoever comes first.
            if rule.strikes(method, resource) && struck.is_none() {
                struck = Some(&rule.kind);
            }
        }
        struck
    }
}

impl FaultRule {
    fn strikes(&self, method: &Method, resource: &str) -> bool {
        let fits = self.method.as_ref().is_none_or(|wanted| wanted == method)
            && self.resource.as_deref().is_none_or(|wanted| wanted == resource);
        if !fits {
            return false;
        }
        let number = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
        (self.from..=self.to).contains(&number) && self.draws(number)
    }

    /// By lot, but the same with every run: the lot depends on the seed and the number of the request.
    fn draws(&self, number: u64) -> bool {
        // SplitMix64 (source: Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
        let mut lot = self.seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        lot = (lot ^ (lot >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        lot = (lot ^ (lot >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (lot ^ (lot >> 31)) % 100 < self.percent
    }
}
