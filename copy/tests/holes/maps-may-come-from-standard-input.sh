#!/bin/bash
# SPDX-License-Identifier: MIT
# --map=- reads the map from standard input, before anything is opened, so that
# the program that prints it can use the same server, even if that serves one
# client at a time.  Ranges of unknown type are copied.
. "${srcdir:-.}/tests/lib/copy.sh"
requires qemu-nbd

random_file "$tmp/disk" 4M
serve_uri qemu-nbd -t -f raw "$tmp/disk"
truncate -s 4M "$tmp/out"
timeout 60 "$builddir/info/nbdinfo" --map --json "$uri" \
  | timeout 60 "$nbdcopy" --map=- "$uri" "$tmp/out"
same "$tmp/disk" "$tmp/out"

truncate -s 0 "$tmp/out"
truncate -s 4M "$tmp/out"
cat >"$tmp/map" <<'END'
[
{ "offset": 0, "length": 65536, "type": 0, "description": "clean"},
{ "offset": 65536, "length": 65536, "type": null, "description": "unknown"},
{ "offset": 131072, "length": 65536, "type": 1, "description": "dirty"}
]
END
"$nbdcopy" --map - "$uri" "$tmp/out" <"$tmp/map"
zero_range "$tmp/out" 0 65536
same_range "$tmp/disk" "$tmp/out" 65536 131072
zero_range "$tmp/out" 196608 $((4194304 - 196608))

refuses '^nbdcopy: standard input:2: .*a map is what nbdinfo' \
  "$nbdcopy" --map=- "$uri" "$tmp/out" <<<$'[\nx'
refuses '^nbdcopy: standard input:1: .*a map is what nbdinfo' \
  "$nbdcopy" --map=- "$uri" "$tmp/out" </dev/null
refuses 'both the map and the source' "$nbdcopy" --map=- - "$tmp/out" <"$tmp/map"
refuses 'in a file' "$nbdcopy" --map=- --resume="$tmp/journal" "$uri" "$tmp/out"
