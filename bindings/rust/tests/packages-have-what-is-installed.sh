#!/bin/bash -
# SPDX-License-Identifier: MIT
# Cargo makes packages of both crates, including generated sources, and finds
# everything that a program with every feature needs.
. "${srcdir:-.}/tests/lib/functions.sh"

make -s install-rust DESTDIR="$tmp/root" rustdir=/registry
bindings/rust/cargo package --no-verify
packages=bindings/rust/target/package
registry=$packages/registry
tar -xf "$packages"/libnbd-1.*.crate -C "$registry"
echo '{"files":{}}' >"$(echo "$registry"/libnbd-1.*)/.cargo-checksum.json"
for crate in "$tmp"/root/registry/*; do
  diff -r -x Cargo.lock -x 'Cargo.toml*' \
    "$crate" "$registry/${crate##*/}" || fail "${crate##*/} differs"
done

# The oldest supported Rust is the same everywhere that it is named.
crates=$srcdir/bindings/rust
minimum=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$crates/libnbd/Cargo.toml")
for file in libnbd-rust.3 libnbd/README.md libnbd/src/lib.rs libnbd-sys/README.md; do
  grep -qF "Rust $minimum" "$crates/$file" || fail "$file has another minimum"
done
grep -qFx "rust-version = \"$minimum\"" "$crates/libnbd-sys/Cargo.toml" \
  || fail "the crates have different minimums"

mkdir -p "$tmp/program/src"
echo 'fn main() {}' >"$tmp/program/src/main.rs"
cat >"$tmp/program/Cargo.toml" <<'END'
[package]
name = "program"
version = "0.1.0"
edition = "2021"

[dependencies]
libnbd = { version = "1.24", features = ["bytes", "tokio"] }
END
eval "$(sed -n -e 's/^export \(RUSTC=.*\)/export \1/p' bindings/rust/cargo)"
cargo=$(sed -n "s/^exec '\([^']*\)'.*/\1/p" bindings/rust/cargo)
registry=$(cd "$registry" && pwd)
cd "$tmp/program"
CARGO_HOME=$tmp/home "$cargo" tree -q --offline \
  --config 'source.crates-io.replace-with="packages"' \
  --config "source.packages.directory='$registry'" >"$tmp/tree"
grep -q 'libnbd-sys v1' "$tmp/tree" || fail "what is needed: $(cat "$tmp/tree")"
