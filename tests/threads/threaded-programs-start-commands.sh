#!/bin/bash -
# SPDX-License-Identifier: MIT
# A program with many threads forks, and connects to commands that it starts.

. "${srcdir:-.}/tests/lib/threads.sh"

requires_thread_sanitizer
run_threads threaded-programs-start-commands
