#!/bin/bash
# SPDX-License-Identifier: MIT
# What manual pages and docstrings show as examples runs, against real servers.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-nbd qemu-img
requires_nbdkit plugin memory

cd "$tmp"
qemu-img create -q -f qcow2 disk.qcow2 64M
qemu-img bitmap --add disk.qcow2 changes
serve unix qemu-nbd -t -e 10 -f qcow2 -B changes disk.qcow2
ln -s "$sock" qemu.sock
serve unix nbdkit -f memory 64M
ln -s "$sock" nbd.sock
serve tcp4 nbdkit -f memory 64M
export PORT=$port
cd "$builddir"

# examples COMMAND...: run it where the examples find what they name.
examples ()
{
  (cd "$tmp" && "$builddir/run" "$@") >"$tmp/log" 2>&1 \
    || fail "the last of these:"$'\n'"$(cat "$tmp/log")"
}

examples "$builddir/docs/snippets/run"
requires_module
export PYTHONPATH=$srcdir/docs PYTHONDONTWRITEBYTECODE=1
examples "$PYTHON" -m snippets
