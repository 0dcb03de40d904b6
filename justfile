# `just` lists the recipes; `just check` is what CI runs.

default:
    @just --list

# Format, lints, documentation, tests, workflows, dependencies.
check:
    bash .ci/run

# Run the tests.
test:
    cargo test

# Format everything.
fmt:
    cargo fmt --all

# Measure how fast reports are read, against a bare quick-xml loop.
bench:
    cargo bench --bench read

# Measure how fast the sandbox answers when it holds 100,000 tests.
bench-sandbox:
    cargo bench --bench sandbox

# Accept the identities that the code computes now. A changed line is a breaking release.
golden:
    UPDATE_GOLDEN=1 cargo test golden

# Count the lines of product code: no tests, comments or blank lines.
lines:
    git ls-files 'src/*.rs' 'crates/*/src/*.rs' ':!src/**/tests.rs' ':!crates/test-reports/**/tests.rs' ':!*/samples.rs' ':!*/convergence/*' \
        | xargs awk 'FNR == 1 || /^}/ { test = 0 } /^#\[cfg\(test\)\]/ { test = 1 } !test && NF && $1 !~ /^\/\// { n++ } test && /;$/ && !/^ / { test = 0 } END { print n }'
