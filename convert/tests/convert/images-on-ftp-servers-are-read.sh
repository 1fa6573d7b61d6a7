#!/bin/bash
# SPDX-License-Identifier: MIT
# Images on an FTP server are read, at random or in order.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img xz curl
requires_ability "codec xz parallel" "transport url in-order"
curl --version | grep -q -w ftp || skip "this curl has no FTP"

mkdir -p "$tmp/web"
random_file "$tmp/disk" 3M
truncate -s 8M "$tmp/disk"
xz -0 --block-size=1MiB <"$tmp/disk" >"$tmp/web/disk.xz"
exec {fd}< <(exec "$system_python" "$srcdir/tests/lib/convert/ftp.py" "$tmp/web")
servers+=($!)
read -r port <&"$fd" || fail "cannot start a server"

"$nbdconvert" "ftp://127.0.0.1:$port/disk.xz" "$tmp/d/out"
same "$tmp/disk" "$tmp/d/out"
refuses "127.0.0.1:$port/none" \
  "$nbdconvert" "ftp://127.0.0.1:$port/none" "$tmp/d/none"
nothing_is_left out
