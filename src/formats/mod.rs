//! Readers: bytes of a report file in, a [`model::Report`] out.

pub mod model;
