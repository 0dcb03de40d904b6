//! The TestQuality REST API.
//!
//! Every request passes through `Client::send` in [`client`], the only place that sets the token, limits
//! concurrency, counts and retries. [`retry`] says what is retried, `pacing` when (back-off, `Retry-After`, the
//! deadline), [`pages`] reads complete lists, [`sets`] rows by the values of a field, `filters`
//! knows which filters work, `rows` decodes rows as they arrive, and [`wire`] holds them. [`redact`] hides the token in what is written.

mod answer;
pub mod client;
pub mod error;
mod filters;
pub mod ids;
mod lenient;
mod pacing;
pub mod pages;
pub mod redact;
mod requests;
pub mod retry;
mod rows;
pub mod sets;
pub mod token;
pub mod wire;
