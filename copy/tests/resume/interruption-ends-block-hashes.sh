#!/bin/bash
# SPDX-License-Identifier: MIT
# A signal also ends nbdcopy after all was copied, while it computes the hash of
# a disk with very many blocks, or of a very large one.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin null

"$nbdcopy" --blkhash /dev/null null: >/dev/null 2>"$tmp/stderr" || {
  grep -q 'built without GnuTLS' "$tmp/stderr" || fail "$(cat "$tmp/stderr")"
  skip "this nbdcopy was built without GnuTLS"
}
serve_uri nbdkit -f null 1P

# computes: the process has one thread, which has worked for half a second.
computes ()
{
  local stat
  read -r -a stat <"/proc/$pid/stat"
  [ "${stat[19]}" = 1 ] && [ "${stat[13]}" -gt 50 ]
}

for algorithm in sha256 sha256/1P; do
  "$nbdcopy" --blkhash=$algorithm "$uri" null: >"$tmp/out" 2>"$tmp/stderr" &
  pid=$!
  servers+=("$pid")
  wait_until computes
  kill -TERM "$pid"
  status=0
  wait "$pid" || status=$?
  [ "$status" = 143 ] || fail "$algorithm: status $status"
  [ ! -s "$tmp/out" ] || fail "there is a hash: $(cat "$tmp/out")"
  grep -q 'all is copied, but its block hash is not computed' "$tmp/stderr" \
    || fail "$(cat "$tmp/stderr")"
done
