#!/bin/bash -
# SPDX-License-Identifier: MIT
# The examples that --help of nbdinfo, nbddump and nbdsh shows can be run.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-img qemu-nbd
requires_nbdkit plugin memory
requires_uris

PATH=$builddir/info:$builddir/dump:$builddir/sh:$PATH
serve unix nbdkit memory 2M
cd "$tmp"
qemu-img create -q -f qcow2 disk.qcow2 1M

# run_examples TOOL: run the tool's examples, with the server of this test.
run_examples ()
{
  local line count=0 status
  while read -r line; do
    line=${line//nbd:\/\/localhost/\"nbd+unix:///?socket=$sock\"}
    line=${line//\/tmp\/unixsock/$sock}
    status=0
    (eval "$line") >"$tmp/out" 2>&1 </dev/null || status=$?
    case $line in
      *" --is read-only "*) [ "$status" -eq 2 ] ;;
      *) [ "$status" -eq 0 ] ;;
    esac || fail "$line: status $status: $(cat "$tmp/out")"
    count=$((count + 1))
  done < <("$1" --help | sed -n '/^[Ee]xamples:/,/^$/s/^  *\(nbd.*\)/\1/p')
  [ "$count" -ge 3 ] || fail "$1 has $count examples"
}

run_examples nbdinfo
run_examples nbddump
if [ -x "$builddir/sh/nbdsh" ] && [ -z "${LIBNBD_SANITIZERS-}" ]; then
  # The first example is interactive; it ends at once, since its input is
  # empty.
  run_examples nbdsh
fi
