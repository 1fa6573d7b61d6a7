#!/bin/bash -
# SPDX-License-Identifier: MIT
# One handle is used by eight threads that issue, poll, notify, look and retire.

. "${srcdir:-.}/tests/lib/threads.sh"

requires_thread_sanitizer
run_threads eight-threads-share-a-handle
