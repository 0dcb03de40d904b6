# in a copy of ../../nextest/project
export CARGO_TERM_COLOR=never RUSTC_BOOTSTRAP=1
cargo test --no-fail-fast -- -Z unstable-options --format json --report-time | cargo2junit > shop.xml || true
