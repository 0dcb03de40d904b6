//! Everything that is tested from outside the library, in one binary.

#[cfg(test)]
mod formats;
mod sandbox;
