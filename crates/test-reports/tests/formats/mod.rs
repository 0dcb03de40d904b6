//! Readers against real and broken reports.

mod damaged;
mod json_and_text;
mod own;
mod properties;
mod splices;
mod testdata;
mod versions;
