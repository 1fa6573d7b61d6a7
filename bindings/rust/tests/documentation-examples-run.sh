#!/bin/bash -
# SPDX-License-Identifier: MIT
# The examples in the documentation run, with a server.
. "${srcdir:-.}/tests/lib/functions.sh"

for plugin in data memory null pattern; do
  requires_nbdkit plugin "$plugin"
done

bindings/rust/cargo test -p libnbd --doc
