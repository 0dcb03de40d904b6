//! Readers against real and broken reports.

mod conformance;
