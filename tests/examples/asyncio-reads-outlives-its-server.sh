#!/bin/bash
# SPDX-License-Identifier: MIT
# asyncio_reads.py, an asyncio loop that watches one descriptor, reads all of
# the export, also if its server is killed in the middle.  If the time of the
# loop is over, it cancels its commands.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_outliving
requires_nbdkit filter error
requires_module

reads=(./run "$PYTHON" "$srcdir/examples/asyncio_reads.py")
random_file "$tmp/disk" 20000123
sum=$(md5sum "$tmp/disk" | cut -d ' ' -f 1)
serve unix nbdkit -f -r file "$tmp/disk"
expect "$sum" "${reads[@]}" "nbd+unix://?socket=$sock"
outlives "$tmp/disk" "${reads[@]}" "nbd+unix://?socket=SOCKET&$stays" >"$tmp/out"
expect "$sum" cat "$tmp/out"

refused ()
{
  if "${reads[@]}" "$@" 2>"$tmp/err"; then fail "no error from $*"; fi
}
# There is no other message.  There would be one if reads still used their
# buffers, or if callbacks used the loop after its end.
for uri in "nbd+unix://?socket=$tmp/none&connect-timeout=1m" \
           "nbd+unix://?socket=$tmp/sock.held" "nbd+unix://?socket=$tmp/sock.held&$stays"; do
  case $uri in
    *held*)
      serve unix nbdkit -f --filter=delay -r file "$tmp/disk" delay-read=3600
      uri=${uri//$tmp\/sock.held/$sock} ;;
  esac
  refused "$uri" 0.5
  expect 'asyncio_reads.py: the time is over' cat "$tmp/err"
done

serve unix nbdkit -f --filter=error -r file "$tmp/disk" error-pread-rate=100%
refused "nbd+unix://?socket=$sock"
grep -q 'Input/output error' "$tmp/err" || fail "$(cat "$tmp/err")"
refused "nbd+unix://?socket=$tmp/none"
grep -q 'No such file' "$tmp/err" || fail "$(cat "$tmp/err")"
