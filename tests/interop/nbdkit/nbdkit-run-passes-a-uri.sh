#!/bin/bash
# SPDX-License-Identifier: MIT
# nbdkit --run gives a URI and the path of a socket to a command, and the
# client can connect to both.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin memory

export client
expect 1048576 nbdkit -U - memory 1M --run '"$client" "connect-uri $uri" size'
expect 1048576 nbdkit -U - memory 1M \
  --run '"$client" "connect-unix $unixsocket" size'
expect newstyle-fixed nbdkit -U - -e name memory 1M \
  --run '"$client" "connect-uri $uri" protocol'
