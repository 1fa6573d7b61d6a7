#!/bin/bash
# SPDX-License-Identifier: MIT
# The distribution's Python module, which was compiled for its own libnbd,
# works with our library: data, callbacks, errors and asynchronous reads.
. "${srcdir:-.}/tests/lib/functions.sh"
requires "$system_python"
requires_nbdkit plugin memory
theirs "$system_python" -c 'import nbd' 2>/dev/null \
  || skip "the distribution's Python module is not installed"

cat >"$tmp/program.py" <<'END'
import os
import sys

import nbd

socket = sys.argv[1]
assert nbd.__file__.startswith("/usr/lib"), nbd.__file__

h = nbd.NBD()
h.add_meta_context("base:allocation")
h.connect_unix(socket)
assert h.get_size() == 1048576
data = os.urandom(65536)
h.pwrite(data, 4096)
assert h.pread(65536, 4096) == data
assert h.pread(4096, 0) == bytes(4096)

chunks = []


def chunk(buf, offset, status, error):
    chunks.append((bytes(buf), offset, status))


assert h.pread_structured(65536, 4096, chunk) == data
assert chunks == [(data, 4096, nbd.READ_DATA)]

extents = []
h.block_status(1048576, 0, lambda c, o, e, err: extents.extend(e))
assert sum(extents[::2]) == 1048576, extents

try:
    h.pread(512, 1048576)
    raise AssertionError("a read past the end succeeded")
except nbd.Error as error:
    assert error.errno == "EINVAL", error

results = []
buffers = [nbd.Buffer(4096) for _ in range(32)]
for i, buffer in enumerate(buffers):
    h.aio_pread(buffer, i * 4096, lambda err, i=i: results.append(i) or 1)
while len(results) < 32:
    h.poll(-1)
got = b"".join(bytes(b.to_bytearray()) for b in buffers)
assert got[4096 : 4096 + 65536] == data
assert sorted(results) == list(range(32))
h.shutdown()

h = nbd.NBD()
h.set_opt_mode(True)
h.connect_unix(socket)
names = []
assert h.opt_list(lambda name, description: names.append(name)) == len(names)
h.opt_abort()
print("all is well")
END
serve unix nbdkit -f memory 1M
expect "all is well" ours "$system_python" -B "$tmp/program.py" "$sock"
loaded_ours
