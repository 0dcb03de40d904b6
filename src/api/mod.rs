//! The TestQuality REST API as a client sees it.
//!
//! Every request passes through `Client::send`: one place that sets the token, limits,
//! counts, retries and classifies. [`pages`] reads whole lists, [`wire`] holds the rows.

mod answer;
pub mod client;
pub mod error;
pub mod ids;
mod lenient;
pub mod pages;
pub mod retry;
pub mod token;
pub mod wire;
