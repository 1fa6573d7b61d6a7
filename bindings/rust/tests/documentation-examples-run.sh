#!/bin/bash -
# SPDX-License-Identifier: MIT
# The examples of the documentation are programs that talk to a server.
. "${srcdir:-.}/tests/lib/functions.sh"

for plugin in data memory null pattern; do
  requires_nbdkit plugin "$plugin"
done

bindings/rust/cargo test -p libnbd --doc
