#!/bin/bash
# SPDX-License-Identifier: MIT
# base:allocation shows the data and holes of a sparse disk, with REQ_ONE and
# without.  With the noextents filter all is data.  Without structured replies
# there is no context.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin data filter noextents

serve unix nbdkit -f data '@0x18000 "x"*32768 @0x30000' size=256K
map='0 98304 3
98304 32768 0
131072 131072 3'
expect "$map" client "context base:allocation" "connect-unix $sock" \
  "map base:allocation 0 256K -" shutdown
expect "$map" client "context base:allocation" "connect-unix $sock" \
  "map base:allocation 0 256K 1" shutdown
expect "100000 31072 0" client "context base:allocation" \
  "connect-unix $sock" "map base:allocation 100000 31072 -" shutdown

serve unix nbdkit -f --filter=noextents data '"x"' size=256K
expect '0 262144 0' client "context base:allocation" "connect-unix $sock" \
  "map base:allocation 0 256K -" shutdown

serve unix nbdkit -f --no-sr data '"x"' size=256K
expect no client "context base:allocation" "connect-unix $sock" \
  "can-context base:allocation" \
  "fails ENOTSUP map base:allocation 0 256K -" shutdown
