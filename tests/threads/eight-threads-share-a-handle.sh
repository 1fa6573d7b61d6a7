#!/bin/bash -
# SPDX-License-Identifier: MIT
# Eight threads issue commands, poll, notify, query and retire on one handle
# without a race.

. "${srcdir:-.}/tests/lib/threads.sh"

requires_thread_sanitizer
run_threads eight-threads-share-a-handle
