#!/bin/bash
# SPDX-License-Identifier: MIT
# nbdkit's nbd plugin runs with our library: it forwards reads, writes, holes
# and errors between real clients and servers.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin nbd plugin memory filter error
requires qemu-img qemu-io

# proxy ARGUMENT...: start nbdkit's nbd plugin with our library, on a socket
# that listens.  listen.py runs with our library, too, so that nbdkit inherits
# this.
proxy ()
{
  local fd line
  sock=$tmp/proxy.$((++sockets))
  exec {fd}< <(ours "$system_python" "$srcdir/tests/lib/listen.py" \
                 unix "$sock" nbdkit -f nbd "$@")
  server=$!
  servers+=("$server")
  read -r line <&"$fd"
  [ "$line" = "$sock" ]
}

random_file "$tmp/raw" 8M
qemu-img convert -f raw -O qcow2 "$tmp/raw" "$tmp/disk.qcow2"
serve unix qemu-nbd -t -e 0 -f qcow2 "$tmp/disk.qcow2"
proxy "socket=$sock" shared=true
qemu-img convert -f raw -O raw "nbd+unix:///?socket=$sock" "$tmp/copy"
loaded_ours
same "$tmp/raw" "$tmp/copy"
qemu-io -f raw -c 'write -P 9 1M 2M' -c 'write -z 4M 1M' -c flush \
  -c 'read -P 9 1M 2M' "nbd+unix:///?socket=$sock" >"$tmp/log" \
  || fail "$(cat "$tmp/log")"
! grep -q 'Pattern verification failed' "$tmp/log" || fail "wrong data"
qemu-img convert -f raw -O raw "nbd+unix:///?socket=$sock" "$tmp/after"
head -c 2M /dev/zero | tr '\0' '\t' >"$tmp/nines"
cmp -i 0:1048576 -n 2097152 "$tmp/nines" "$tmp/after"
zero_range "$tmp/after" 4194304 1048576
same_range "$tmp/raw" "$tmp/after" 5242880 3145728

# The plugin can also start a server by socket activation.
qemu-img create -q -f qcow2 "$tmp/small.qcow2" 1M
proxy command=qemu-nbd arg=-f arg=qcow2 "arg=$tmp/small.qcow2"
qemu-io -f raw -c 'write -P 4 0 64k' -c 'read -P 4 0 64k' \
  "nbd+unix:///?socket=$sock" >/dev/null
loaded_ours
stop_server
# The plugin's server may hold the lock of the image a moment longer.
qemu-io -r -U -f qcow2 -c 'read -P 4 0 64k' "$tmp/small.qcow2" >/dev/null

serve unix nbdkit -f --filter=error memory 1M error=ENOSPC \
  error-pwrite-rate=100%
proxy "socket=$sock"
client "connect-unix $sock" "fails ENOSPC write 0 512 $tmp/raw -" \
  "read 0 512 $tmp/x" shutdown
loaded_ours
