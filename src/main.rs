//! The `tq-import` binary.
fn main() {}
