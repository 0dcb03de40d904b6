//! Readers against real and broken reports.

mod damaged;
mod properties;
mod splices;
mod testdata;
