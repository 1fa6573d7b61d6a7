#!/bin/bash -
# SPDX-License-Identifier: MIT
# A program with many threads forks, and connects to commands that it starts.

. "${srcdir:-.}/tests/threads/functions.sh"

requires_thread_sanitizer
run_threads threaded-programs-start-commands
