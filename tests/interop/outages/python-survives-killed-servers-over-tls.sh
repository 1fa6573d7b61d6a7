#!/bin/bash
# SPDX-License-Identifier: MIT
# Threads in Python that share a handle also survive killed servers over TLS.
. "${srcdir:-.}/tests/lib/tls.sh"
. "$srcdir/tests/lib/restarting.sh"
usual_certificates
requires_servers
requires_module
grep -qx tls=yes <<<"$(nbdkit --dump-config)" || skip "this nbdkit has no TLS"

python_survives qemu-nbd unix "$tmp/client" --tls "$tmp/server"
python_survives nbdkit tcp "$tmp/client" --tls "$tmp/server"
