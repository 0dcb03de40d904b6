#!/bin/sh
# Installs the program of a release of tq-import: no root, no compiler.
#
#   install.sh [--to DIRECTORY] [--version VERSION] [--from URL_OR_DIRECTORY]
#
# --to       where the program is placed, by default ~/.local/bin
# --version  a release other than the one that this script belongs to
# --from     where the archives and sums.txt are, for mirrors
#
# It needs curl or wget; tar, or unzip on Windows; and sha256sum, shasum or openssl.
set -eu

VERSION='@VERSION@'
REPOSITORY='@REPOSITORY@'

fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

usage() {
    printf 'install.sh: %s\nusage: install.sh [--to DIRECTORY] [--version VERSION] [--from URL_OR_DIRECTORY]\n' "$*" >&2
    exit 2
}

has() { command -v "$1" >/dev/null 2>&1; }

# The release target of this machine.
find_target() {
    system=$(uname -s)
    processor=$(uname -m)
    # A shell that macOS translates for Intel says x86_64 on Apple silicon.
    if [ "$system" = Darwin ] && [ "$(sysctl -n hw.optional.arm64 2>/dev/null || true)" = 1 ]; then
        processor=arm64
    fi
    case $processor in
    x86_64 | amd64) processor=x86_64 ;;
    aarch64 | arm64) processor=aarch64 ;;
    *) processor= ;;
    esac
    case $system in
    Linux) target=$processor-unknown-linux-musl ;;
    Darwin) target=$processor-apple-darwin ;;
    MINGW* | MSYS* | CYGWIN*) target=$processor-pc-windows-msvc ;;
    *) target= ;;
    esac
    if [ -z "$processor" ] || [ -z "$target" ]; then
        fail "there is no release for $system on $(uname -m); build it: cargo install --locked --git $REPOSITORY"
    fi
}

# fetch NAME: copies a file of the release into $work.
fetch() {
    case $from in
    http://* | https://*)
        if has curl; then
            # A redirect never leaves https; http is for mirrors that were named so.
            curl --fail --silent --show-error --location --retry 3 --proto-redir '=https' --output "$work/$1" "$from/$1"
        elif has wget; then
            wget -q -O "$work/$1" "$from/$1"
        else
            fail "neither curl nor wget is installed: install one, or download the archive and name its directory with --from"
        fi || fail "cannot download $from/$1: check the version and the network, then run it again"
        ;;
    *)
        cp -- "${from#file://}/$1" "$work/$1" || fail "cannot read ${from#file://}/$1"
        ;;
    esac
}

sha256() {
    if has sha256sum; then
        sha256sum <"$1"
    elif has shasum; then
        shasum -a 256 <"$1"
    elif has openssl; then
        openssl dgst -sha256 -r <"$1"
    else
        fail "no sha256sum, shasum or openssl to verify the download with: install one"
    fi
}

main() {
    to=
    from=
    while [ $# -gt 0 ]; do
        case $1 in
        --to | --version | --from)
            [ $# -ge 2 ] || usage "$1 needs a value"
            case $1 in
            --to) to=$2 ;;
            --version) VERSION=${2#v} ;;
            --from) from=${2%/} ;;
            esac
            shift 2
            ;;
        -h | --help)
            printf 'Installs tq-import %s.\nusage: install.sh [--to DIRECTORY] [--version VERSION] [--from URL_OR_DIRECTORY]\n' "$VERSION"
            exit 0
            ;;
        *) usage "unknown argument $1" ;;
        esac
    done
    case $VERSION in
    '' | *[!0-9A-Za-z.-]*) usage "--version must be a release such as 1.2.3, not \"$VERSION\"" ;;
    esac
    if [ -z "$to" ]; then
        to=${HOME:?install.sh: HOME is not set, name a directory with --to}/.local/bin
    fi
    if [ -z "$from" ]; then
        from=$REPOSITORY/releases/download/v$VERSION
    fi

    find_target
    name=tq-import-$VERSION-$target
    ending=
    archive=$name.tar.gz
    case $target in
    *windows*)
        ending=.exe
        archive=$name.zip
        ;;
    esac

    work=$(mktemp -d)
    new=
    trap 'rm -rf -- "$work" ${new:+"$new"}' EXIT
    fetch sums.txt
    wanted=$(awk -v name="$archive" '$2 == name { print $1 }' "$work/sums.txt")
    [ -n "$wanted" ] || fail "$from/sums.txt does not list $archive: this release has no program for this machine"
    fetch "$archive"
    found=$(sha256 "$work/$archive")
    found=${found%% *}
    [ "$found" = "$wanted" ] ||
        fail "checksum mismatch: the SHA-256 of $archive is $found, expected $wanted. Nothing was installed"
    case $archive in
    *.zip) (cd -- "$work" && unzip -q "$archive") ;;
    *) (cd -- "$work" && tar -xzf "$archive") ;;
    esac || fail "cannot unpack $archive"

    mkdir -p -- "$to" || fail "cannot create $to: name another directory with --to"
    # Tried before it replaces anything, and renamed in the same directory, so that a program that is running can be replaced.
    new=$to/.tq-import-$$$ending
    if ! cp -- "$work/$name/tq-import$ending" "$new" || ! chmod 755 "$new"; then
        fail "cannot write to $to: name another directory with --to"
    fi
    printed=$("$new" --version) || fail "the program in $archive does not run on this machine. Nothing was installed"
    mv -f -- "$new" "$to/tq-import$ending" || fail "cannot replace $to/tq-import$ending: name another directory with --to"
    printf 'installed %s as %s\n' "$printed" "$to/tq-import$ending"
    case :$PATH: in
    *:"$to":*) ;;
    *) printf 'add %s to PATH to run it as tq-import\n' "$to" ;;
    esac
}

# The last line: of a script that arrives cut, nothing runs.
main "$@"
