#!/bin/bash -
# SPDX-License-Identifier: MIT
# A thousand handles, each with memory of its own, leak nothing.
. "${srcdir:-.}/tests/lib/functions.sh"

bindings/rust/cargo test -p libnbd --test thousand_handles
