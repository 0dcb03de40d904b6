export CARGO_TERM_COLOR=never; unset RUST_BACKTRACE
cargo nextest run --profile ci
cp target/nextest/ci/junit.xml junit.xml
cargo test --no-fail-fast >cargo-test.txt 2>cargo-test.err
