#!/bin/bash -
# SPDX-License-Identifier: MIT
# python3 -m nbd exits with the same status and prints the same as nbdsh, under
# that name.  There is only one module nbd, so its exceptions can be caught.
. "${srcdir:-.}/tests/lib/nbdsh.sh"

# both STATUS ARGUMENT...: both exit with this status and print the same.
both ()
{
  local want=$1 way status
  shift
  for way in nbdsh module; do
    status=0
    "$way" "$@" >"$tmp/$way.out" 2>"$tmp/$way.err" </dev/null || status=$?
    [ "$status" -eq "$want" ] \
      || fail "$way $*: $status instead of $want: $(cat "$tmp/$way.err")"
  done
  same "$tmp/nbdsh.out" "$tmp/module.out"
  same "$tmp/nbdsh.err" "$tmp/module.err"
}

# says out|err TEXT: the output, or standard error, contains TEXT.
says ()
{
  grep -q -e "$2" "$tmp/module.$1" || fail "no \"$2\": $(cat "$tmp/module.$1")"
}

both 0 --help
says out '^usage: nbdsh '
both 0 --version
says out '^nbdsh [0-9.]*'
both 0 --long-options
both 2 --unknown
says err '^nbdsh: error: '
both 1 -n --opt-mode
both 0
says out '^nbd> '
says err '^nbdsh, the shell '
both 5 -c 'exit(5)'
both 1 -c '1/0'
says err '^ZeroDivisionError'
both 1 -c 'h.get_size()'
says err '^nbdsh: command line script failed: nbd_get_size: '
both 0 -c '
import sys
assert sys.modules["nbd"] is nbd
assert isinstance(h, nbd.NBD) and nbd.NBD.__module__ == "nbd"
for call in h.get_size, lambda: h.pread(512, 0), nbd.NBD().opt_go:
    try:
        call()
    except nbd.Error as error:
        print(error.errno)
h.close()
try:
    h.get_size()
except nbd.ClosedHandle:
    print("closed")'
expect 'ENOTCONN
ENOTCONN
ENOTCONN
closed' cat "$tmp/module.out"
