#!/bin/bash
# SPDX-License-Identifier: MIT
# The examples in manual pages and docstrings run with real servers.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_uris
requires_tls
requires qemu-nbd qemu-img
requires_nbdkit plugin memory

usual_certificates
mv "$tmp/client" "$tmp/pki"
tls_keys "$tmp/keys.psk" alice

# offer NAME COMMAND...: start a server whose socket has this name.
offer ()
{
  "${@:2}"
  ln -s "$sock" "$tmp/$1"
}

qemu-img create -q -f qcow2 "$tmp/disk.qcow2" 64M
cp "$tmp/disk.qcow2" "$tmp/served.qcow2"
qemu-img bitmap --add "$tmp/served.qcow2" changes
offer qemu.sock serve unix qemu-nbd -t -e 10 -B changes "$tmp/served.qcow2"
offer nbd.sock serve unix nbdkit -f memory 64M
offer tls.sock serve_nbdkit_keys "$tmp/keys.psk"
offer tunnel.sock serve_nbdkit unix
serve tcp4 nbdkit -f --tls=on --tls-certificates="$tmp/server" memory 64M
export PORT=$port

# examples COMMAND...: run it in the directory with the names that the examples
# use.
examples ()
{
  (cd "$tmp" && "$builddir/run" "$@") >"$tmp/log" 2>&1 \
    || fail "the last of these:"$'\n'"$(cat "$tmp/log")"
}

examples "$builddir/docs/snippets/run"
requires_module
export PYTHONPATH=$srcdir/docs PYTHONDONTWRITEBYTECODE=1
examples "$PYTHON" -m snippets
