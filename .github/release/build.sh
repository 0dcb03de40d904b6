#!/usr/bin/env bash
# Builds the archive of a release for one target, and its checksum: build.sh TARGET DIRECTORY.
# TQ_IMPORT_BINARY: a program to pack without compiling.
set -euo pipefail

target=${1:?build.sh TARGET DIRECTORY}
directory=${2:?build.sh TARGET DIRECTORY}
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
name=tq-import-$version-$target
ending=
case $target in *windows*) ending=.exe ;; esac

mkdir -p -- "$directory"
directory=$(cd -- "$directory" && pwd)
if [[ -n ${TQ_IMPORT_BINARY:-} ]]; then
    binary=$TQ_IMPORT_BINARY
else
    cargo build --manifest-path "$root/Cargo.toml" --release --locked --target "$target"
    binary=${CARGO_TARGET_DIR:-$root/target}/$target/release/tq-import$ending
fi

work=$(mktemp -d "$directory/.build.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
mkdir -- "$work/$name" "$work/$name/completions"
cp -- "$binary" "$work/$name/tq-import$ending"
cp -- "$root/README.md" "$root/LICENSE" "$root/CHANGELOG.md" "$work/$name/"
# Each target is built on a machine that can run it.
"$work/$name/tq-import$ending" --version
"$work/$name/tq-import$ending" man >"$work/$name/tq-import.1"
for shell in bash zsh fish powershell elvish; do
    "$work/$name/tq-import$ending" completions "$shell" >"$work/$name/completions/tq-import.$shell"
done

archive=$name.tar.gz
# With GNU tar the archive is reproducible: no owner, no times.
plain=()
if tar --version 2>/dev/null | grep -q 'GNU tar'; then
    plain=(--sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}")
fi
tar "${plain[@]+"${plain[@]}"}" -C "$work" -cf - "$name" | gzip -n -9 >"$directory/$archive"
cd -- "$directory"
if command -v sha256sum >/dev/null 2>&1; then
    sha256sum -- "$archive" >"$archive.sha256"
else
    shasum -a 256 -- "$archive" >"$archive.sha256"
fi
cat -- "$archive.sha256"
