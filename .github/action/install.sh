#!/usr/bin/env bash
# The first step of the action: finds tq-import in the runner's tool cache, downloads the release, or builds it.
# A download, and each time what the cache holds, must match its checksum in sums.txt beside this file, which is
# written after the release is built.
#
# TQ_IMPORT_ARCHIVE: a local archive to use instead of a download, for mirrors; its checksum is verified too.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
checkout=${GITHUB_ACTION_PATH:-$here/../..}
sums=${TQ_IMPORT_SUMS:-$here/sums.txt}
temporary=${RUNNER_TEMP:-${TMPDIR:-/tmp}}
# Where the repository is stands in Cargo.toml alone.
repository=$(sed -n 's/^repository = "\(.*\)"$/\1/p' "$checkout/Cargo.toml")
releases=$repository/releases/download

fail() {
    local text=$1
    text=${text//'%'/%25}
    text=${text//$'\n'/%0A}
    printf '::error title=tq-import::%s\n' "$text"
    exit 2
}

use() {
    printf 'tq-import: %s\n' "$("$1" --version)"
    printf 'program=%s\n' "$1" >>"${GITHUB_OUTPUT:-/dev/null}"
    exit 0
}

# The targets that releases are built for.
target=
ending=
case "${RUNNER_OS:-}-${RUNNER_ARCH:-}" in
Linux-X64) target=x86_64-unknown-linux-musl ;;
Linux-ARM64) target=aarch64-unknown-linux-musl ;;
macOS-X64) target=x86_64-apple-darwin ;;
macOS-ARM64) target=aarch64-apple-darwin ;;
Windows-X64)
    target=x86_64-pc-windows-msvc
    ending=.exe
    ;;
esac

# The version of the newest release for this target: its last line in sums.txt.
newest() {
    local sum archive found=
    while read -r sum archive; do
        if [[ $sum != '#'* && $archive == "tq-import-"*"-$target.tar.gz" ]]; then
            found=${archive#tq-import-}
            found=${found%"-$target.tar.gz"}
        fi
    done <"$sums"
    printf '%s' "$found"
}

sum_of() {
    local sum archive
    while read -r sum archive; do
        if [[ $archive == "$1" ]]; then
            printf '%s' "$sum"
        fi
    done <"$sums"
}

sha256() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum -- "$1"
    else
        shasum -a 256 -- "$1"
    fi
}

build() {
    command -v cargo >/dev/null 2>&1 ||
        fail "no release of tq-import for this runner, and no cargo to build it: add a step that installs Rust"
    local root=$temporary/tq-import-source
    CARGO_TARGET_DIR=$temporary/tq-import-target \
        cargo install --quiet --locked --force --path "$checkout" --root "$root"
    use "$root/bin/tq-import$ending"
}

version=${INPUT_VERSION:-}
version=${version#v}
if [[ $version == source ]]; then
    build
fi
if [[ -z $version ]]; then
    if [[ -n $target ]]; then
        version=$(newest)
    fi
    if [[ -z $version ]]; then
        build
    fi
fi
if [[ ! $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]]; then
    fail "the input version must be a release such as 1.2.3, or source"
fi
if [[ -z $target ]]; then
    fail "no release of tq-import for ${RUNNER_OS:-this system} on ${RUNNER_ARCH:-this machine}: set the input version to source"
fi

name=tq-import-$version-$target
cached=${RUNNER_TOOL_CACHE:-$temporary/tools}/tq-import/$version/${RUNNER_ARCH:-X64}
program=$cached/tq-import$ending
# The archive is kept, not only the program: its checksum is verified each time, because others may write to the cache.
kept=$cached/$name.tar.gz

wanted=$(sum_of "$name.tar.gz")
if [[ -z $wanted ]]; then
    fail "this version of the action does not know tq-import $version: use the action's tag of that release, or leave version out"
fi
work=$(mktemp -d "$temporary/tq-import.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
archive=$work/$name.tar.gz

found=
matches() {
    read -r found _ < <(sha256 "$archive")
    found=${found#\\}
    [[ $found == "$wanted" ]]
}

# A copy is verified, so that nobody changes it afterwards.
if [[ ! -f $kept ]] || ! cp -- "$kept" "$archive" || ! matches; then
    if [[ -n $found ]]; then
        printf 'tq-import: the cached archive does not match its checksum, and is replaced\n'
    fi
    if [[ -n ${TQ_IMPORT_ARCHIVE:-} ]]; then
        cp -- "$TQ_IMPORT_ARCHIVE" "$archive"
    else
        curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 4 --retry-all-errors \
            --output "$archive" "$releases/v$version/$name.tar.gz" ||
            fail "cannot download $releases/v$version/$name.tar.gz; try to run the job again"
    fi
    matches ||
        fail "checksum mismatch for tq-import $version: its SHA-256 is $found, expected $wanted. The download was not run"
fi
tar -xzf "$archive" -C "$work"
mkdir -p -- "$cached"
chmod 755 "$work/$name/tq-import$ending"
mv -f -- "$work/$name/tq-import$ending" "$program"
mv -f -- "$archive" "$kept"
rm -rf -- "$work"
trap - EXIT
use "$program"
