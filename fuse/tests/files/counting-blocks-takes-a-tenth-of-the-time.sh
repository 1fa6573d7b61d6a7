#!/bin/bash
# SPDX-License-Identifier: MIT
# Counting blocks takes at most a second, and from then on a tenth of the time,
# even if each stat follows a write.  And it comes to an end.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory filter delay filter log

cat >"$tmp/write-and-stat.py" <<'PYTHON'
import os
import sys
import time

path, log = sys.argv[1:]
file = os.open(path, os.O_WRONLY)
start = time.monotonic()
while os.fstat(file).st_blocks * 512 >= 1 << 30:
    os.pwrite(file, b"x", 0)
elapsed = time.monotonic() - start
with open(log, encoding="ascii") as lines:
    queries = sum(" Extents " in line for line in lines)
print(f"{queries} queries in {elapsed} s")
assert queries >= 64, "this was not counted"
assert queries <= 50 + 10 + elapsed * 50 / 10, "too many"
PYTHON

# Each query takes 20 ms, and 64 are needed.
start "$mnt" [ nbdkit --filter=log --filter=delay memory 64G delay-extents=20ms \
  logfile="$tmp/log" ]
"$system_python" "$tmp/write-and-stat.py" "$mnt/nbd" "$tmp/log"
unmount
