#!/bin/bash
# SPDX-License-Identifier: MIT
# OpenSSL says in an alert why it ends the connection.  In TLS 1.3 that comes
# after the handshake, when we have said more already.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
export PYTHONPATH=$srcdir/tests/lib${PYTHONPATH:+:$PYTHONPATH}
"$PYTHON" "$srcdir/tests/lib/openssl_alerts.py" "$client" "$tmp"
