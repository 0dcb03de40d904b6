#!/usr/bin/env bash
# The first steps of the action: finds the release of tq-import, or builds the program.
#
#   install.sh find   says whether to build, and the key under which an earlier job kept the program
#   install.sh        downloads the release, or finds it in the runner's tool cache, or builds it
#
# A download, and each time what the cache holds, must match its checksum in sums.txt beside this file. The commit of a
# release has the checksums of its own archives there, so a pinned commit always gets the same program.
#
# TQ_IMPORT_ARCHIVE: a local archive to use instead of a download, for mirrors; its checksum is verified too.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
checkout=${GITHUB_ACTION_PATH:-$here/../..}
sums=${TQ_IMPORT_SUMS:-$here/sums.txt}
temporary=${RUNNER_TEMP:-${TMPDIR:-/tmp}}
output=${GITHUB_OUTPUT:-/dev/null}
# Only Cargo.toml says where the repository is, and which version this is.
repository=$(sed -n 's/^repository = "\(.*\)"$/\1/p' "$checkout/Cargo.toml")
own=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$checkout/Cargo.toml" | head -n 1)
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
    printf 'program=%s\n' "$1" >>"$output"
    exit 0
}

# The targets that releases are built for.
target=
ending=
packed=tar.gz
case "${RUNNER_OS:-}-${RUNNER_ARCH:-}" in
Linux-X64) target=x86_64-unknown-linux-musl ;;
Linux-ARM64) target=aarch64-unknown-linux-musl ;;
macOS-X64) target=x86_64-apple-darwin ;;
macOS-ARM64) target=aarch64-apple-darwin ;;
Windows-X64) target=x86_64-pc-windows-msvc ;;
Windows-ARM64) target=aarch64-pc-windows-msvc ;;
esac
case ${RUNNER_OS:-} in
Windows)
    ending=.exe
    packed=zip
    ;;
esac

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
        sha256sum "$@"
    else
        shasum -a 256 "$@"
    fi
}

unpack() {
    case $1 in
    *.tar.gz) tar -xzf "$1" -C "$2" ;;
    *) unzip -q "$1" -d "$2" ;;
    esac
}

# The same lock file, version and sources make the same program: their hash names the directory of a program that is
# built, and the key under which the action keeps this directory in the cache of the repository.
describe_sources() {
    local sources
    sources=$(cd -- "$checkout" && find Cargo.toml Cargo.lock src crates -type f -print0 | LC_ALL=C sort -z | xargs -0 cat | sha256)
    sources=${sources#\\}
    sources=${sources%% *}
    built=$temporary/tq-import-built/${sources:0:16}
    key=tq-import-${RUNNER_OS:-}-${RUNNER_ARCH:-}-$own-$sources
}

# The first job builds; later ones get the program from the cache.
build() {
    describe_sources
    local program=$built/bin/tq-import$ending
    if [[ -f $program && $("$program" --version 2>/dev/null) == "tq-import $own" ]]; then
        printf 'tq-import: an earlier job built this program, and the cache kept it\n'
        use "$program"
    fi
    command -v cargo >/dev/null 2>&1 ||
        fail "this commit of the action has no release for this runner, and there is no cargo to build it: use the action's tag of a release, or add a step that installs Rust"
    printf '::notice title=tq-import::This commit of the action has no release for this runner: tq-import is built from source, which takes minutes. The program is kept in the cache, and later jobs use it.\n'
    CARGO_TARGET_DIR=$temporary/tq-import-target \
        cargo install --quiet --locked --force --path "$checkout" --root "$built"
    printf 'built=true\n' >>"$output"
    use "$program"
}

version=${INPUT_VERSION:-}
version=${version#v}
if [[ -z $version ]]; then
    version=source
    if [[ -n $target && -n $(sum_of "tq-import-$own-$target.$packed") ]]; then
        version=$own
    fi
fi
if [[ ${1:-} == find ]]; then
    if [[ $version == source ]]; then
        describe_sources
        printf 'build=true\ndirectory=%s\nkey=%s\n' "$built" "$key" >>"$output"
    fi
    exit 0
fi
if [[ $version == source ]]; then build; fi
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
kept=$cached/$name.$packed

wanted=$(sum_of "$name.$packed")
if [[ -z $wanted ]]; then
    fail "this commit of the action does not know tq-import $version: use the action's tag of that release, or leave version out"
fi
work=$(mktemp -d "$temporary/tq-import.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
archive=$work/$name.$packed

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
            --output "$archive" "$releases/v$version/$name.$packed" ||
            fail "cannot download $releases/v$version/$name.$packed; try to run the job again"
    fi
    matches ||
        fail "checksum mismatch for tq-import $version: its SHA-256 is $found, expected $wanted. The download was not run"
fi
unpack "$archive" "$work"
mkdir -p -- "$cached"
chmod 755 "$work/$name/tq-import$ending"
mv -f -- "$work/$name/tq-import$ending" "$program"
mv -f -- "$archive" "$kept"
rm -rf -- "$work"
trap - EXIT
use "$program"
