#!/bin/bash -
# SPDX-License-Identifier: MIT
# Eight threads create, use and close 200 handles together without a race.

. "${srcdir:-.}/tests/lib/threads.sh"

requires_thread_sanitizer
run_threads eight-threads-share-two-hundred-handles
