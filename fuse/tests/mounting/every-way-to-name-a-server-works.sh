#!/bin/bash
# SPDX-License-Identifier: MIT
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin pattern

# shows ARGUMENT...: mount with these arguments, and compare the data.
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

# nbdfuse with the number of a connected socket as its last argument.
cat >"$tmp/connected" <<END
#!$system_python
import os
import socket
import sys

s = socket.socket(socket.AF_UNIX)
s.connect("$sock")
s.set_inheritable(True)
os.execl("$nbdfuse", "$nbdfuse", *sys.argv[1:], str(s.fileno()))
END
chmod +x "$tmp/connected"
nbdfuse=$tmp/connected shows --fd

serve tcp4 nbdkit -f --exit-with-parent pattern 1M
shows --tcp 127.0.0.1 "$port"
