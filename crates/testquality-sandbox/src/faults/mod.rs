//! Fault injection: the sandbox misbehaves on request, to test how a client copes.
//!
//! A rule is a line of words: what happens, and to which requests.
//!
//! ```text
//! 503 20% seed=7             rejects one request in five with 503, before executing it
//! lost POST test 1           executes the first POST to `test`, and replaces its response by a 502
//! hang-up=after POST         executes every POST, and closes the connection without a response
//! 429=30 GET 2               answers the second GET with 429 and `Retry-After: 30`
//! lag=2s GET                 omits rows younger than two seconds from lists
//! stores=name:lower test     stores the names of tests in lower case
//! limit=60/1m                rejects what exceeds 60 requests a minute with 429
//! ```
//!
//! A rule such as `fill=none` selects a behaviour of the whole server instead (see [`Variants`]).
//! The first *fault* that applies to a request decides; *behaviours*, such as lag, apply together.

mod behaviour;
mod echo;
mod inject;
mod parse;
mod shape;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};

use behaviour::Behaviour;
pub(crate) use inject::inject_faults;
pub use parse::FaultRuleError;

use crate::store::Variants;

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FaultKind {
    /// Rejects the request with this status, without executing it.
    Reject { status: StatusCode, retry_after: Option<String> },
    /// Executes the request, and answers with this status.
    Lost(StatusCode),
    /// Closes the connection without executing the request.
    HangUpBefore,
    /// Executes the request, and closes the connection without a response.
    HangUpAfter,
    /// Sends the first half of the response.
    Cut,
    /// Answers with 200 and an error, without executing the request.
    Failed,
    /// Answers with 202 at once, and executes the request after this time.
    Queued(Duration),
    /// Sends the response without its body.
    Empty,
    /// Replaces the body of the response by a page of HTML.
    Html,
    /// Waits before executing the request.
    Delay(Duration),
    /// Sends the response byte by byte.
    Drip,
    /// Rejects arrays with this status, without executing them.
    RejectArrays(StatusCode),
    /// Executes the first half of an array, and answers with this status.
    HalfArray(StatusCode),
    /// Reverses the rows in the response to an array.
    Reverse,
    /// Omits the last row of a list, as if rows had moved between its pages.
    Shift,
    /// Executes only the first row of an array, and answers with its object.
    FirstOfArray,
    /// Somebody else writes the row immediately before.
    EditBefore,
    /// Lists and answers with deleted rows as well; they have a `deleted_at`.
    ShowDeleted,
    /// Rejects with 429 the requests beyond this number within a window, which begins with its first request.
    Limit { requests: u64, window: Duration },
    /// Repeats the token of the request in every place of a response with this status; without a status, in the names of
    /// the real response.
    Echo(Option<StatusCode>),
}

/// What a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum RuleKind {
    Fault(FaultKind),
    Behaviour(Behaviour),
}

/// What happens to which requests.
#[derive(Debug)]
struct FaultRule {
    kind: RuleKind,
    method: Option<Method>,
    resource: Option<String>,
    /// What the body or the query of the request must contain, as it was written; in bodies, `_` stands for a space.
    with: Option<String>,
    /// The matching requests that it affects, counted from 1.
    from: u64,
    to: u64,
    /// How many of these it affects, in percent.
    percent: u64,
    seed: u64,
    /// How many requests matched so far.
    matched: AtomicU64,
    /// For [`FaultKind::Limit`]: when the window began, and the requests in it.
    window: Mutex<Option<(Instant, u64)>>,
}

/// Rules by which a sandbox misbehaves; the first fault that applies to a request decides. Clones share
/// their counts of requests.
#[derive(Clone, Debug, Default)]
pub struct FaultRules {
    rules: Arc<[FaultRule]>,
    variants: Variants,
}

impl FaultRules {
    /// Parses one rule from each text, for example `503 POST test 20%`.
    ///
    /// # Errors
    ///
    /// For the first invalid rule.
    pub fn parse<S: AsRef<str>>(rules: &[S]) -> Result<Self, FaultRuleError> {
        let mut variants = Variants::default();
        let rules = rules.iter().map(AsRef::as_ref);
        let rules = rules.filter(|rule| !variants.select(rule.trim()));
        let rules = rules.map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self { rules, variants })
    }

    /// The behaviour of the server as a whole.
    pub(crate) fn variants(&self) -> Variants {
        self.variants
    }

    /// Whether a rule depends on the body of a request.
    fn read_bodies(&self) -> bool {
        self.rules.iter().any(|rule| rule.with.is_some())
    }

    /// What happens to a request, in the order of the rules. Every rule counts its matching requests.
    fn matching(
        &self,
        method: &Method,
        resource: &str,
        query: &str,
        body: &[u8],
    ) -> Vec<&RuleKind> {
        let applies = |rule: &&FaultRule| rule.applies_to(method, resource, query, body);
        self.rules.iter().filter(applies).map(|rule| &rule.kind).collect()
    }
}

impl FaultRule {
    fn applies_to(&self, method: &Method, resource: &str, query: &str, body: &[u8]) -> bool {
        let contains = |text: &String| {
            let in_body = text.replace('_', " ");
            query.contains(text.as_str())
                || body.windows(in_body.len().max(1)).any(|part| part == in_body.as_bytes())
        };
        let matches = self.method.as_ref().is_none_or(|expected| expected == method)
            && self.resource.as_deref().is_none_or(|expected| expected == resource)
            && self.with.as_ref().is_none_or(contains);
        if !matches {
            return false;
        }
        let number = self.matched.fetch_add(1, Ordering::Relaxed) + 1;
        (self.from..=self.to).contains(&number) && self.selects(number) && !self.is_within_limit()
    }

    /// Whether the rule is a limit that has room for one more request, which it counts.
    fn is_within_limit(&self) -> bool {
        let RuleKind::Fault(FaultKind::Limit { requests, window }) = self.kind else {
            return false;
        };
        let mut current = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, count) = current
            .filter(|(began, _)| began.elapsed() < window)
            .unwrap_or_else(|| (Instant::now(), 0));
        *current = Some((began, count.saturating_add(1).min(requests)));
        count < requests
    }

    /// Selects requests at random, but the same ones in every run with the same seed.
    fn selects(&self, number: u64) -> bool {
        // SplitMix64 (source: Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
        let mut hash = self.seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (hash ^ (hash >> 31)) % 100 < self.percent
    }
}
