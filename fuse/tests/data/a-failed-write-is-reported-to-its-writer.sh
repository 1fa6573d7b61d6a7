#!/bin/bash
# SPDX-License-Identifier: MIT
# A failed write is reported to its writer at the latest when it closes the
# file, even if it does not sync.  A writer that opens the file later gets no
# old error.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory filter error

start "$mnt" --command nbdkit -s --filter=error memory 64M \
  error-pwrite=ENOSPC error-pwrite-rate=100% error-file="$tmp/broken"
dd if=/dev/zero of="$mnt/nbd" bs=64k count=4 conv=notrunc status=none
touch "$tmp/broken"
cat >"$tmp/write.py" <<'PYTHON'
import errno
import os
import sys

path, how = sys.argv[1:]
file = os.open(path, os.O_WRONLY | (os.O_DIRECT if how == "direct" else 0))
errors = []
try:
    if how == "direct":
        import mmap

        os.write(file, mmap.mmap(-1, 4096))
    else:
        os.write(file, bytes(100000))
    if how == "fsync":
        os.fsync(file)
except OSError as error:
    errors.append(error.errno)
try:
    os.close(file)
except OSError as error:
    errors.append(error.errno)
print(*(errno.errorcode[number] for number in errors))
PYTHON
for how in close fsync direct; do
  expect ENOSPC "$system_python" "$tmp/write.py" "$mnt/nbd" "$how"
done
# The earlier errors are not reported again to a file that is opened later.
rm "$tmp/broken"
expect "" "$system_python" "$tmp/write.py" "$mnt/nbd" close
unmount
