#!/bin/bash -
# SPDX-License-Identifier: MIT
# Each of 200 handles is used by whichever of eight threads comes along.

. "${srcdir:-.}/tests/lib/threads.sh"

requires_thread_sanitizer
run_threads eight-threads-share-two-hundred-handles
