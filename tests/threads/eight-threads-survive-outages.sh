#!/bin/bash -
# SPDX-License-Identifier: MIT
# A handle that stays connected has no race while its connections come and go:
# with one and four connections, and with commands that are cancelled or time
# out.

. "${srcdir:-.}/tests/lib/threads.sh"

requires_thread_sanitizer
seeds=1-4
[ -z "${CHECK_LONG-}" ] || seeds=1-200
# ThreadSanitizer makes everything several times slower, so fewer seeds run at
# once.
survive ()
{
  run_threads eight-threads-survive-outages --seeds "$seeds" --jobs 6 \
    --threads 8 "$@"
}
survive
survive --links 4
survive --links 4 --cancels
survive --links 4 --timeouts
