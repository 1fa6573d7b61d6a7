#!/bin/bash
# SPDX-License-Identifier: MIT
# For zeroes inside of data nbdcopy asks for fast zeroing; a server that is slow
# is not asked for small ranges.  If a server can only discard, nbdcopy does
# that and checks that its map then shows zeroes.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory plugin eval plugin file filter log \
  filter nozero filter noextents

# 4 KiB of data in each 16 KiB.
"$system_python" -c '
import os, sys
sys.stdout.buffer.write(b"".join(os.urandom(4096) + bytes(12288)
                                 for _ in range(128)))' >"$tmp/in"

head -c 2M /dev/urandom >"$tmp/disk"
serve_uri nbdkit -f --filter=log memory 2M logfile="$tmp/log"
"$nbdcopy" --no-extents "$tmp/in" "$uri"
[ "$(grep -c 'Zero .*fast=1' "$tmp/log")" = 128 ] || fail "it is not asked"
"$nbdcopy" "$uri" "$tmp/out"
same "$tmp/in" "$tmp/out"

serve_uri nbdkit -f --filter=log eval logfile="$tmp/log2" get_size='echo 2M' \
  can_write='exit 0' can_zero='exit 0' can_fast_zero='exit 0' \
  zero="case \$5 in
          *fast*) echo ENOTSUP >&2; exit 1 ;;
        esac
        dd if=/dev/zero of=$tmp/disk seek=\$4 count=\$3 conv=notrunc \
          oflag=seek_bytes iflag=count_bytes status=none" \
  pwrite="dd of=$tmp/disk seek=\$4 oflag=seek_bytes conv=notrunc status=none"
"$nbdcopy" --no-extents --connections=1 --requests=1 "$tmp/in" "$uri"
same "$tmp/in" "$tmp/disk"
[ "$(grep -c 'Zero .*fast=1' "$tmp/log2")" -lt 64 ] \
  || fail "it is asked again and again"

head -c 2M /dev/urandom | dd of="$tmp/disk" conv=notrunc status=none
truncate -s 2M "$tmp/hole"
serve_uri nbdkit -f --filter=log --filter=nozero file "$tmp/disk" \
  logfile="$tmp/log3"
"$nbdcopy" "$tmp/hole" "$uri"
same "$tmp/hole" "$tmp/disk"
grep -q 'Trim ' "$tmp/log3" || fail "it is not discarded"
! grep -q 'Write ' "$tmp/log3" || fail "zeroes are written nevertheless"

# This server ignores discards.
head -c 2M /dev/urandom | dd of="$tmp/disk" conv=notrunc status=none
serve_uri nbdkit -f --filter=nozero eval get_size='echo 2M' \
  can_write='exit 0' can_trim='exit 0' trim='exit 0' can_extents='exit 0' \
  extents='echo "$4 $3 0"' \
  pwrite="dd of=$tmp/disk seek=\$4 oflag=seek_bytes conv=notrunc status=none"
"$nbdcopy" "$tmp/hole" "$uri"
same "$tmp/hole" "$tmp/disk"
