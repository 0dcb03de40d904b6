#!/usr/bin/env bash
# Everything that a release needs. CONTRIBUTING.md has the procedure; the workflow only calls this script.
#
#   release.sh version                    print the version of Cargo.toml
#   release.sh check candidate/vVERSION   fail unless this tag names that version
#   release.sh build TARGET PROGRAMS      compile the program of a target into PROGRAMS/TARGET/: the same bytes each time
#   release.sh pack PROGRAMS DIRECTORY    make all packages of these programs; see pack.py
#   release.sh tag DIRECTORY              commit the checksums of the packed archives, and tag that commit with the version
#
# CARGO_BUILD: the command that compiles, by default `cargo build`; for example `cargo zigbuild` to cross-compile.
# CARGO_TARGET_DIR: where it compiles, by default target/releases, which no other build shares.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)

fail() {
    printf 'release.sh: %s\n' "$*" >&2
    exit 1
}

# The path as compilers write it: Git Bash on Windows has paths of its own.
native() {
    if command -v cygpath >/dev/null 2>&1; then cygpath --windows "$1"; else printf '%s' "$1"; fi
}

version() { sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1; }

check() {
    [[ ${1:-} == "candidate/v$(version)" ]] ||
        fail "the tag is ${1:-empty}, but Cargo.toml has version $(version): expected candidate/v$(version)"
}

build() {
    local target=${1:?build TARGET PROGRAMS} programs=${2:?build TARGET PROGRAMS} command ending=
    case $target in *windows*) ending=.exe ;; esac
    read -r -a command <<<"${CARGO_BUILD:-cargo build}"
    # The program shows neither where nor when it was built, so that anyone can build it again and compare.
    local directory=${CARGO_TARGET_DIR:-$root/target/releases} flags=()
    mkdir -p -- "$directory"
    directory=$(cd -- "$directory" && pwd)
    read -r -a flags <<<"${RUSTFLAGS:-}"
    flags+=("--remap-path-prefix=$(native "$root")=/tq-import"
        "--remap-path-prefix=$(native "${CARGO_HOME:-$HOME/.cargo}")=/cargo"
        "--remap-path-prefix=$(native "$directory")=/target")
    # C compilers take `__DATE__` from it, which mimalloc prints with its version. Cargo compiles nothing again if it changes, so it never does.
    export SOURCE_DATE_EPOCH=0
    (
        IFS=$'\x1f'
        export CARGO_ENCODED_RUSTFLAGS="${flags[*]}" CARGO_TARGET_DIR=$directory CARGO_INCREMENTAL=0
        "${command[@]}" --manifest-path "$root/Cargo.toml" --release --locked --target "$target"
    )
    mkdir -p -- "$programs/$target"
    cp -- "$directory/$target/release/tq-import$ending" "$programs/$target/"
}

pack() { python3 "$here/pack.py" "$@"; }

# The tag of a release is on the commit after the one that was built; only the checksums differ. A tag is never moved.
tag() {
    local directory=${1:?tag DIRECTORY} name sums=$root/.github/action/sums.txt line file archives=0
    name=v$(version)
    local git=(git -C "$root")
    [[ -z $("${git[@]}" status --porcelain) ]] || fail "there are uncommitted changes"
    ! "${git[@]}" rev-parse --quiet --verify "refs/tags/$name" >/dev/null || fail "the tag $name exists already"
    [[ $("${git[@]}" rev-parse --quiet --verify "refs/tags/candidate/$name^{commit}") == $("${git[@]}" rev-parse HEAD) ]] ||
        fail "check out candidate/$name, the commit that was built"
    (cd -- "$directory" && sha256sum --check --quiet --strict sums.txt) ||
        fail "the files in $directory are not those that were packed"
    ! grep -q " tq-import-$(version)-" "$sums" || fail "$sums has checksums of $name already"
    while read -r line file; do
        case $file in tq-import-"$(version)"-*.tar.gz | tq-import-"$(version)"-*.zip)
            printf '%s  %s\n' "$line" "$file" >>"$sums"
            archives=$((archives + 1))
            ;;
        esac
    done <"$directory/sums.txt"
    ((archives > 0)) || fail "$directory/sums.txt lists no archive of $name"
    "${git[@]}" commit --quiet --message "Checksums of $name" -- .github/action/sums.txt
    "${git[@]}" tag --annotate --message "tq-import $name" "$name"
    printf 'tagged %s with the checksums of %s archives; push the tag, then publish the draft\n' "$name" "$archives"
}

case ${1:-} in
version | check | build | pack | tag) "$@" ;;
*)
    sed -n '4,8s/^# *//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
