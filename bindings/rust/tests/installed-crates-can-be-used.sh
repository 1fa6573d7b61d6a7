#!/bin/bash -
# SPDX-License-Identifier: MIT
# A program finds the installed crates, and runs.
. "${srcdir:-.}/tests/lib/functions.sh"

requires_nbdkit plugin memory
installed=$tmp/registry
make -s install-rust DESTDIR="$tmp/root" rustdir=/registry
mkdir -p "$installed" "$tmp/program/src"
ln -s "$tmp"/root/registry/* "$installed"
registry=$(sed -n "s/^registry='\(.*\)'/\1/p" bindings/rust/cargo)
if [ -n "$registry" ]; then
  for crate in "$registry"/*; do
    case ${crate##*/} in libnbd*) ;; *) ln -s "$crate" "$installed" ;; esac
  done
fi

cat >"$tmp/program/Cargo.toml" <<'END'
[package]
name = "program"
version = "0.1.0"
edition = "2021"

[dependencies]
libnbd = "1.24"
END
cat >"$tmp/program/src/main.rs" <<'END'
fn main() -> libnbd::Result<()> {
    let nbd = libnbd::Handle::new()?;
    nbd.connect_command(&["nbdkit", "-s", "--exit-with-parent", "memory", "1M"])?;
    println!("{}", nbd.get_size()?);
    Ok(())
}
END
# The programs that the build tree uses, but only this directory of crates.
eval "$(sed -n -e 's/^export \(RUSTC=.*\)/export \1/p' bindings/rust/cargo)"
cargo=$(sed -n "s/^exec '\([^']*\)'.*/\1/p" bindings/rust/cargo)
cd "$tmp/program"
CARGO_HOME=$tmp/home LIBNBD_LIBDIR=$library_dir \
  expect 1048576 "$cargo" run -q --offline \
    --config 'source.crates-io.replace-with="system"' \
    --config "source.system.directory='$installed'"
