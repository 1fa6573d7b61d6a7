#!/bin/bash -
# SPDX-License-Identifier: MIT
# A script sets the exit status; after failures it is 1, after wrong command
# lines 2.  An error of the library is printed as one line, other errors as a
# traceback.
. "${srcdir:-.}/tests/lib/nbdsh.sh"

# ends STATUS ARGUMENT...: nbdsh exits with this status.
ends ()
{
  local want=$1 status=0
  shift
  nbdsh "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
  [ "$status" -eq "$want" ] || fail "$*: $status instead of $want"
}

ends 0 -c 'pass'
ends 5 -c 'exit(5)'
ends 7 -c 'import sys; sys.exit(7)'
ends 1 -c 'exit("gone")'
expect gone cat "$tmp/err"
ends 1 -c '1/0' -c 'print("not reached")'
[ ! -s "$tmp/out" ] || fail "it went on after a failure"
expect 'Traceback (most recent call last):
  File "<command line>", line 1, in <module>
ZeroDivisionError: division by zero' cat "$tmp/err"
ends 1 -c 'this is no Python'
ends 1 -c 'h.get_size()'
grep -q '^nbdsh: command line script failed: nbd_get_size: ' "$tmp/err" || fail "what failed is not said"
expect 1 grep -c . "$tmp/err"
ends 1 -v -c 'h.get_size()'
grep -q '^Traceback' "$tmp/err" || fail "no traceback with -v"
ends 1 -u nbd+unix:///?socket="$tmp/nobody"
ends 1 -n -u nbd://localhost
ends 1 -n --opt-mode
ends 1 -n --base-allocation
ends 1 -n -c 'h'
ends 2 --unknown
ends 2 argument
ends 2 -c
ends 0 --help
ends 0 --version
expect 2 grep -cE '^(nbdsh|libnbd) [0-9.]+' "$tmp/out"
# Without -c it reads statements; at the end of the input it exits with 0.
ends 0
expect 'nbd> ' cat "$tmp/out"
expect "nbd> 3
nbd> " nbdsh -n <<<'print(1 + 2)' 2>/dev/null
