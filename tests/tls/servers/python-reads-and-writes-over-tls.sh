#!/bin/bash
# SPDX-License-Identifier: MIT
# The Python module over TLS: settings, a session with pre-shared keys, errors.
. "${srcdir:-.}/tests/lib/tls.sh"
# The library that `run` preloads for Python is not meant for the server.
unset LD_PRELOAD
requires_tls
requires_module
tls_keys "$tmp/keys.psk" alice
serve_nbdkit_keys "$tmp/keys.psk"
cat >"$tmp/program.py" <<'END'
import os
import sys

import nbd

socket, keys = sys.argv[1:]
h = nbd.NBD()
h.set_tls(nbd.TLS_REQUIRE)
h.set_tls_psk_file(keys)
h.set_tls_username("alice")
assert h.get_tls_username() == "alice"
h.connect_unix(socket)
assert h.get_tls_negotiated()
data = os.urandom(300000)
h.pwrite(data, 7)
assert h.pread(len(data), 7) == data
h.shutdown()

h = nbd.NBD()
h.set_tls(nbd.TLS_REQUIRE)
h.set_tls_psk_file(keys)
h.set_tls_username("nobody")
try:
    h.connect_unix(socket)
    raise AssertionError("a user without a key was let in")
except nbd.Error as error:
    assert error.errno == "EINVAL", error
print("all is well")
END
expect "all is well" ./run "$PYTHON" -B "$tmp/program.py" "$sock" \
  "$tmp/keys.psk"
