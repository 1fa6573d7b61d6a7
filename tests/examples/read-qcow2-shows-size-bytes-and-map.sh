#!/bin/bash
# SPDX-License-Identifier: MIT
# read_qcow2.py shows what was written into an image, as bytes and as a map.  A
# missing image is an error.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-nbd qemu-img qemu-io
requires_module
[ -z "${LIBNBD_SANITIZERS-}" ] \
  || skip "qemu-nbd would inherit the sanitizers from Python, and never end"

show ()
{
  ./run "$PYTHON" "$srcdir/examples/read_qcow2.py" "$@"
}

qemu-img create -q -f qcow2 "$tmp/disk" 4M
qemu-io -f qcow2 -c 'write -P 65 0 64k' -c 'write -P 7 1M 512k' "$tmp/disk" \
  >/dev/null
expect '4194304 bytes
first bytes:
  00000000  41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41  AAAAAAAAAAAAAAAA
  00000010  41 41 41 41                                      AAAA
allocation:
             0        65536  data
         65536       983040  hole, zero
       1048576       524288  data
       1572864      2621440  hole, zero' show "$tmp/disk" 20

if show "$tmp/missing" 2>"$tmp/err"; then fail "it read a missing image"; fi
grep -q '^read_qcow2.py: nbd_' "$tmp/err" || fail "no message"
