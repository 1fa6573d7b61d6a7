#!/bin/bash
# SPDX-License-Identifier: MIT
# If OpenSSL sends an alert before it ends the connection, the message says
# what the server wants.  In TLS 1.3 the alert comes after the handshake, when
# the client has already sent more.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
export PYTHONPATH=$srcdir/tests/lib${PYTHONPATH:+:$PYTHONPATH}
"$PYTHON" "$srcdir/tests/lib/openssl_alerts.py" "$client" "$tmp"
