#!/bin/bash
# SPDX-License-Identifier: MIT
# A server on TCP is reached by an address, by a name and by a URI.  If a name
# has IPv4 and IPv6 addresses, a server that listens on one of them is found.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin memory

serve tcp4 nbdkit -f memory 1M
uri=$(client "connect-tcp 127.0.0.1 $port" get-uri)
expect 1048576 client "connect-uri $uri" size
expect 1048576 client "connect-uri nbd://127.0.0.1:$port" size
expect 1048576 client "connect-uri NBD://localhost:$port/" size
expect 1048576 client "connect-tcp localhost $port" size
expect 1048576 client "connect-uri nbd://127.0.0.1:$port/any%20name" size
serve refusing4 tail -f /dev/null
client "fails ECONNREFUSED connect-tcp 127.0.0.1 $port" state

serve tcp6 nbdkit -f memory 1M
expect 1048576 client "connect-tcp ::1 $port" size
uri=$(client "connect-tcp ::1 $port" get-uri)
expect 1048576 client "connect-uri $uri" size
expect 1048576 client "connect-uri nbd://[::1]:$port" size
