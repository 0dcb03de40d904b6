//! Readers against real and broken reports.

mod damaged;
mod own;
mod properties;
mod splices;
mod testdata;
