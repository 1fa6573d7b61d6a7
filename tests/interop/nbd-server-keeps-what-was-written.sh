#!/bin/bash
# SPDX-License-Identifier: MIT
# nbd-server, started as a command, works: its list, sizes, data in both
# directions, flush, trim and zero.  Afterwards its disk has what was written.
. "${srcdir:-.}/tests/lib/functions.sh"
requires nbd-server

random_file "$tmp/disk" 4M
random_file "$tmp/fixed" 1M
random_file "$tmp/new" 1M
cp "$tmp/disk" "$tmp/want"
# With port 0, nbd-server serves its standard input, as inetd needs it.
cat >"$tmp/config" <<END
[generic]
  port = 0
  allowlist = true
[work]
  exportname = $tmp/disk
  flush = true
  fua = true
  trim = true
[fixed]
  exportname = $tmp/fixed
  readonly = true
END
connect="connect-command nbd-server -d -C $tmp/config"

client option-mode "$connect" list abort | sort >"$tmp/list"
printf '%s\n' 'export fixed|' 'export work|' >"$tmp/want-list"
same "$tmp/want-list" "$tmp/list"

# nbd-server may ignore a trim, so only zeroes are trimmed.
expect 4194304 client "export work" "$connect" size \
  "write 1M 1M $tmp/new -" "write 3000001 4097 $tmp/new f" \
  "zero 3M 64K -" "trim 3M 64K -" flush "copy $tmp/out" shutdown
dd if="$tmp/new" of="$tmp/want" bs=1M seek=1 conv=notrunc status=none
dd if="$tmp/new" of="$tmp/want" bs=1 seek=3000001 count=4097 conv=notrunc \
  status=none
dd if=/dev/zero of="$tmp/want" bs=64K seek=48 count=1 conv=notrunc status=none
same "$tmp/want" "$tmp/out"
same "$tmp/want" "$tmp/disk"

client "export fixed" "$connect" "copy $tmp/out" \
  "fails EPERM write 0 512 $tmp/new -" shutdown
same "$tmp/fixed" "$tmp/out"
client "export other" "fails any $connect"
client "structured no" "export work" "$connect" "copy $tmp/out" shutdown
same "$tmp/want" "$tmp/out"
