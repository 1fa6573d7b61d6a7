# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Shared by the tests of threads.

. "${srcdir:-.}/tests/lib/functions.sh"

# ThreadSanitizer cannot use all of the addresses that the kernel may choose at
# random.
fixed=()
if setarch -R true 2>/dev/null; then
  fixed=(setarch -R)
fi
threads=$builddir/tests/threads
export TSAN_OPTIONS="exitcode=66 halt_on_error=1 ${TSAN_OPTIONS:-}"

# requires_thread_sanitizer: skip the test unless programs with ThreadSanitizer
# were built and can start.
requires_thread_sanitizer ()
{
  # In a pipe, grep would end before nm has written all.
  grep -q __tsan_init <<<"$(nm "$threads/a-race-is-seen" 2>/dev/null)" \
    || skip "the compiler has no ThreadSanitizer, or another one is in use"
  "${fixed[@]}" "$threads/a-race-is-seen" none >"$tmp/start" 2>&1 \
    || skip "ThreadSanitizer cannot start: $(head -n 1 "$tmp/start")"
}

# run_threads NAME [ARGUMENT...]: run the program of that name, which must find
# nothing wrong.
run_threads ()
{
  "${fixed[@]}" "$threads/$1" "${@:2}" >"$tmp/log" 2>&1 \
    || { head -n 150 "$tmp/log"; fail "$*"; }
  cat "$tmp/log"
}
