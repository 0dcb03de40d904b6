//! All integration tests, in one binary: linking is what takes the time.

#[cfg(test)]
mod formats;
#[cfg(test)]
mod records;
