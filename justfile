# `just` lists the recipes; `just check` is what CI runs.

default:
    @just --list

# Everything that guards quality: format, lints, docs, tests, dependencies.
check:
    bash .ci/run

# The tests.
test:
    cargo test

# Format everything.
fmt:
    cargo fmt

# Reading speed against a bare quick-xml loop.
bench:
    cargo bench --bench read

# How fast the sandbox answers with 100,000 tests in it.
bench-sandbox:
    cargo bench --bench sandbox

# Accept the identities of the current code as golden. A change here is a breaking release.
golden:
    UPDATE_GOLDEN=1 cargo test golden
