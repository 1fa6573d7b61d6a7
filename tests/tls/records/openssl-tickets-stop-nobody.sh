#!/bin/bash
# SPDX-License-Identifier: MIT
# OpenSSL sends session tickets after the handshake, two unless told otherwise.
# They may come in one piece with the first reply.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
export PYTHONPATH=$srcdir/tests/lib${PYTHONPATH:+:$PYTHONPATH}
"$PYTHON" "$srcdir/tests/lib/openssl_tickets.py" "$client" "$tmp"
