#!/bin/bash -
# SPDX-License-Identifier: MIT
# ThreadSanitizer finds no data race in images that are read, stopped and
# freed.

. "${srcdir:-.}/tests/lib/threads.sh"

requires_thread_sanitizer
for what in clients parts stops streams; do
  run_threads "../../convert/tests/image/threads-$what"
done
