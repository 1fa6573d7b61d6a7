#!/bin/bash -
# SPDX-License-Identifier: MIT
# The examples of the documentation are programs that talk to a server.
. "${srcdir:-.}/tests/lib/functions.sh"

requires_nbdkit plugin memory
requires_nbdkit plugin pattern

bindings/rust/cargo test -p libnbd --doc
