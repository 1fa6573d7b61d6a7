#!/bin/bash
# SPDX-License-Identifier: MIT
# A server that is going to exit serves the client that is connected.  After
# that, connecting is refused.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/proxy.sh"
requires_module
requires_nbdkit plugin pattern filter exitlast filter exitwhen

serve unix nbdkit -f --filter=exitlast pattern 1M
client "connect-unix $sock" "read 0 4K $tmp/one" "read 4K 4K $tmp/two" shutdown
wait "$server" || fail "nbdkit ended with status $?"
unset 'servers[-1]'
client "fails ECONNREFUSED connect-unix $sock"

serve unix nbdkit -f --filter=exitwhen pattern 1M \
  "exit-when-file-created=$tmp/end" exit-when-poll=1
with_module '
import sys, nbd
h = nbd.NBD()
h.connect_unix(sys.argv[1])
first = h.pread(4096, 0)
open(sys.argv[2], "w").close()
assert h.pread(4096, 0) == first
h.shutdown()
' "$sock" "$tmp/end"
wait "$server" || fail "nbdkit ended with status $?"
unset 'servers[-1]'
client "fails ECONNREFUSED connect-unix $sock"
