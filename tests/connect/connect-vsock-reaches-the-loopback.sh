#!/bin/bash
# SPDX-License-Identifier: MIT
# A vsock server on this machine is reached by a call and by a URI.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin pattern

serve vsock nbdkit -f pattern 1M
client "connect-vsock 1 $port" "pattern 0 1M" shutdown
uri=$(client "connect-vsock 1 $port" get-uri)
expect 1048576 client "connect-uri $uri" size
