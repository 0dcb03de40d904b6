//! Readers against real and broken reports.

mod conformance;
mod damaged;
mod properties;
mod splices;
mod testdata;
