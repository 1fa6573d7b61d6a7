#!/bin/bash -
# SPDX-License-Identifier: MIT
# Threads of one program start commands and connect to them without a race.

. "${srcdir:-.}/tests/lib/threads.sh"

requires_thread_sanitizer
run_threads threaded-programs-start-commands
