#!/bin/bash -
# SPDX-License-Identifier: MIT
# AsyncHandle works with the tokio of the system.
. "${srcdir:-.}/tests/lib/functions.sh"

grep -q 'dep:tokio' bindings/rust/workspace/libnbd/Cargo.toml \
  || skip "tokio was not found when this was configured"
for plugin in data memory null pattern; do
  requires_nbdkit plugin "$plugin"
done
requires_nbdkit filter blocksize-policy filter delay filter error

bindings/rust/cargo test -p libnbd --test tokio
