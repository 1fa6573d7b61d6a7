#!/bin/bash
# SPDX-License-Identifier: MIT
# An incremental backup from qemu: a dirty bitmap, or a map of it, selects what
# to copy, and all other ranges of the destination stay as they are.
. "${srcdir:-.}/tests/lib/copy.sh"
requires qemu-img qemu-io qemu-nbd

image=$tmp/disk.qcow2
qemu-img create -q -f qcow2 "$image" 32M
qemu-io -f qcow2 -c 'write -P 1 0 32M' "$image" >/dev/null
"$nbdcopy" -- [ qemu-nbd -r -f qcow2 "$image" ] "$tmp/backup"
qemu-img bitmap --add -g 64k "$image" since
qemu-io -f qcow2 -c 'write -P 2 1M 64k' -c 'write -P 3 20M 1M' \
  -c 'write -z 8M 128k' "$image" >/dev/null
qemu-img convert -O raw "$image" "$tmp/want"

serve_uri qemu-nbd -r -t -f qcow2 -B since "$image"
cp "$tmp/backup" "$tmp/out"
"$nbdcopy" --bitmap=since "$uri" "$tmp/out"
same "$tmp/want" "$tmp/out"
cp "$tmp/backup" "$tmp/out"
"$nbdcopy" --context=qemu:dirty-bitmap:since --verify "$uri" "$tmp/out"
same "$tmp/want" "$tmp/out"

# Only the selected ranges are written; all others stay.
truncate -s 0 "$tmp/out"
truncate -s 32M "$tmp/out"
"$nbdcopy" --bitmap=since --progress=json:3 "$uri" "$tmp/out" 3>"$tmp/json"
same_range "$tmp/want" "$tmp/out" 1048576 65536
same_range "$tmp/want" "$tmp/out" 20971520 1048576
zero_range "$tmp/out" 0 1048576
grep -q '"skipped": 32309248' "$tmp/json" || fail "$(cat "$tmp/json")"

# The same from a file.
cat >"$tmp/map" <<'END'
[
{ "offset": 0, "length": 1048576, "type": 0, "description": "clean"},
{ "offset": 1048576, "length": 65536, "type": 1, "description": "dirty"},
{ "offset": 8388608, "length": 131072, "type": 1, "description": "dirty"},
{ "offset": 20971520, "length": 1048576, "type": 1, "description": "dirty"}
]
END
cp "$tmp/backup" "$tmp/out"
"$nbdcopy" --map="$tmp/map" "$uri" "$tmp/out"
same "$tmp/want" "$tmp/out"

refuses 'does not have the metadata context' \
  "$nbdcopy" --bitmap=other "$uri" "$tmp/out"
refuses 'not an NBD server' "$nbdcopy" --bitmap=since "$tmp/want" "$tmp/out"
for bad in '' '[' '[{}]' '[{"offset":0,"length":5,"type":x}]' \
           '[{"offset":0,"length":33554433,"type":1}]' '[] x' \
           '[{"offset":8,"length":8,"type":1},{"offset":0,"length":8,"type":1}]'
do
  printf '%s' "$bad" >"$tmp/map"
  refuses "$tmp/map:[0-9]*: " "$nbdcopy" --map="$tmp/map" "$uri" "$tmp/out"
done
