#!/bin/bash
# SPDX-License-Identifier: MIT
# OpenSSL sends session tickets after the handshake, two by default.  They may
# arrive together with the first reply.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
export PYTHONPATH=$srcdir/tests/lib${PYTHONPATH:+:$PYTHONPATH}
"$PYTHON" "$srcdir/tests/lib/openssl_tickets.py" "$client" "$tmp"
