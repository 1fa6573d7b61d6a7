#!/bin/bash
# SPDX-License-Identifier: MIT
. "${srcdir:-.}/fuse/tests/functions.sh"
requires_nbdkit plugin pattern

# shows ARGUMENT...: the mount has the data.
shows ()
{
  start "$mnt" "$@"
  same_range "$tmp/pattern" "$mnt/nbd" 0 1048576
  unmount
}

"$system_python" -c "
import struct, sys
for n in range(0, 1 << 20, 8):
    sys.stdout.buffer.write(struct.pack('>Q', n))
" >"$tmp/pattern"

shows --command nbdkit -s pattern 1M
shows --cmd nbdkit -s pattern 1M
shows --socket-activation nbdkit pattern 1M
shows --systemd-socket-activation nbdkit pattern 1M
shows [ nbdkit pattern 1M ]

serve unix nbdkit -f --exit-with-parent pattern 1M
shows --unix "$sock"
if ! "$client" 'fails ENOTSUP connect-uri nbd+unix:///' 2>/dev/null; then
  shows "nbd+unix:///?socket=$sock"
  shows "nbd+unix://?socket=$sock"
fi

"$system_python" - "$sock" "$nbdfuse" "$tmp/fd" "$mnt" <<'PYTHON' &
import os
import socket
import sys

path, nbdfuse, ready, mnt = sys.argv[1:]
s = socket.socket(socket.AF_UNIX)
s.connect(path)
s.set_inheritable(True)
os.mkfifo(ready)
os.execl(nbdfuse, nbdfuse, "-P", ready, mnt, "--fd", str(s.fileno()))
PYTHON
fd_process=$!
servers+=("$fd_process")
until [ -p "$tmp/fd" ]; do kill -0 "$fd_process" || fail "--fd did not start"; done
read -r pid <"$tmp/fd"
same_range "$tmp/pattern" "$mnt/nbd" 0 1048576
fusermount3 -u "$mnt"
wait "$fd_process" || fail "--fd ended with $?"

serve tcp4 nbdkit -f --exit-with-parent pattern 1M
shows --tcp 127.0.0.1 "$port"
