#!/bin/bash
# SPDX-License-Identifier: MIT
# The log of nbdkit shows that each command arrived with its offset, count and
# flags.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory filter log

random_file "$tmp/data" 4096
serve unix nbdkit -f --filter=log memory 1M "logfile=$tmp/log"
client "connect-unix $sock" \
  "read 512 1024 $tmp/out" \
  "write 4096 2048 $tmp/data -" "write 8192 1024 $tmp/data f" \
  flush \
  "trim 16384 4096 -" "trim 20480 4096 f" \
  "zero 32768 4096 -" "zero 36864 4096 h" "zero 40960 4096 f" \
  "zero 45056 4096 z" \
  "cache 65536 4096" shutdown
stop_server

logged ()
{
  grep -q "$1" "$tmp/log" || fail "not in the log: $1"
}
logged 'Read id=.* offset=0x200 count=0x400'
logged 'Write id=.* offset=0x1000 count=0x800 fua=0'
logged 'Write id=.* offset=0x2000 count=0x400 fua=1'
logged 'Flush id='
logged 'Trim id=.* offset=0x4000 count=0x1000 fua=0'
logged 'Trim id=.* offset=0x5000 count=0x1000 fua=1'
logged 'Zero id=.* offset=0x8000 count=0x1000 trim=1 fua=0 fast=0'
logged 'Zero id=.* offset=0x9000 count=0x1000 trim=0 fua=0 fast=0'
logged 'Zero id=.* offset=0xa000 count=0x1000 trim=1 fua=1 fast=0'
logged 'Zero id=.* offset=0xb000 count=0x1000 trim=1 fua=0 fast=1'
logged 'Cache id=.* offset=0x10000 count=0x1000'
