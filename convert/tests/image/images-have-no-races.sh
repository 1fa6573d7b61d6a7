#!/bin/bash -
# SPDX-License-Identifier: MIT
# ThreadSanitizer finds nothing wrong with images, whoever reads them, stops
# them, or leaves them.

. "${srcdir:-.}/tests/lib/threads.sh"

requires_thread_sanitizer
for what in clients parts stops streams; do
  run_threads "../../convert/tests/image/threads-$what"
done
