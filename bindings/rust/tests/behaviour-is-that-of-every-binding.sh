#!/bin/bash -
# SPDX-License-Identifier: MIT
# The Rust crate has each behaviour that all languages have; each is a line of
# the log.
. "${srcdir:-.}/tests/lib/functions.sh"

for plugin in data eval memory null pattern; do
  requires_nbdkit plugin "$plugin"
done
requires_nbdkit filter blocksize-policy filter delay filter error

bindings/rust/cargo test -p libnbd --test behaviour
