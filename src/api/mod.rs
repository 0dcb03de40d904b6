//! The TestQuality REST API.
//!
//! Every request passes through `Client::send` in [`client`], the only place that sets the token, limits
//! concurrency, counts and retries. [`retry`] says what is retried, `pacing` when (back-off, `Retry-After`, the
//! deadline), [`pages`] reads complete lists, [`filters`] knows which filters work, and [`wire`] holds the rows. [`redact`] hides the token in what is
//! written.

mod answer;
pub mod client;
pub mod error;
pub mod filters;
pub mod ids;
mod lenient;
mod pacing;
pub mod pages;
pub mod redact;
mod requests;
pub mod retry;
pub mod token;
pub mod wire;
