#!/bin/bash
# SPDX-License-Identifier: MIT
# The server answers writes late; a direct read still gets the data that was
# written before.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory filter delay
requires_uris

serve unix nbdkit -f --exit-with-parent --filter=delay memory 8M \
  delay-write=500ms
start "$mnt" "nbd+unix:///?socket=$sock"
expect "data" "$system_python" - "$mnt/nbd" <<'PYTHON'
import mmap
import os
import sys

writer = os.open(sys.argv[1], os.O_WRONLY)
reader = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECT)
os.pwrite(writer, b"data" * 1024, 8192)
buffer = mmap.mmap(-1, 4096)
os.preadv(reader, [buffer], 8192)
print(buffer[:4].decode())
PYTHON
unmount
