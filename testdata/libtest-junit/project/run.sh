# in a copy of ../../nextest/project; one run per binary, as the whole of `cargo test` writes several documents into one file
export CARGO_TERM_COLOR=never RUSTC_BOOTSTRAP=1; unset RUST_BACKTRACE
for binary in "--lib" "--test checkout" "--test warehouse"; do
  cargo test --quiet $binary --no-fail-fast -- -Z unstable-options --format junit > ${binary##*[ -]}.xml
done
