#!/bin/bash
# SPDX-License-Identifier: MIT
# With a limit of the size of files (ulimit -f), a write fails with a message,
# and nbdconvert leaves nothing behind.  The signal that comes with it, SIGXFSZ,
# would end the tool before it could do that.
. "${srcdir:-.}/tests/lib/copy.sh"
requires qemu-img

random_file "$tmp/disk" 4M
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/disk.qcow2"

# told PROGRAM ARGUMENT...
told ()
{
  local status=0
  ./run bash -c 'ulimit -f 1000; exec "$@"' bash "$@" 2>"$tmp/said" || status=$?
  [ $status = 1 ] || fail "$*: status $status: $(cat "$tmp/said")"
  grep -q "File too large" "$tmp/said" || fail "$*: $(cat "$tmp/said")"
}

mkdir "$tmp/d"
told "$builddir/copy/nbdcopy" "$tmp/disk" "$tmp/copy"
for pair in "disk raw" "disk.qcow2 qcow2" "disk.qcow2 raw"; do
  told "$builddir/convert/nbdconvert" "$tmp/${pair% *}" "$tmp/d/out.${pair#* }"
  [ -z "$(ls -A "$tmp/d")" ] || fail "this is left: $(ls -A "$tmp/d")"
done
