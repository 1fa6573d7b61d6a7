#!/bin/bash -
# SPDX-License-Identifier: MIT
# Other programs can read an image that is served, in any order and through
# several connections.  They get an error for broken parts.

. "${srcdir:-.}/tests/lib/copy.sh"
requires qemu-img qemu-nbd

# serve_disk PART COUNT [BROKEN]: start a server; sets uri, from and to.
serve_disk ()
{
  coproc DISK { exec convert/tests/image/serve-test-disk "$tmp/disk" "$@"; }
  servers+=("$DISK_PID")
  disk=$DISK_PID
  exec {from}<&"${DISK[0]}" {to}>&"${DISK[1]}"
  read -r line <&"$from"
  [ "$line" = ready ] || fail "no disk is served"
  uri="nbd+unix:///?socket=$tmp/disk"
}

# end_disk: end the server; sets why.
end_disk ()
{
  # The coprocess ends when its input ends.
  eval "exec ${DISK[1]}>&-"
  exec {to}>&-
  read -r why <&"$from" || why=
  wait "$disk" || fail "the server failed"
  unset 'servers[-1]'
  exec {from}<&-
  rm "$tmp/disk"
}

# The test disk of bytes.h.
"$system_python" - "$tmp/expected" $((30 * 512001)) <<'END'
import sys

low = [bytes(o ^ m for o in range(256)) for m in range(256)]
with open(sys.argv[1], "wb") as disk:
    for page in range(int(sys.argv[2]) // 256 + 1):
        disk.write(low[(page * 31 ^ (page >> 8) * 57 ^ 0xA5) & 255])
    disk.truncate(int(sys.argv[2]))
END

serve_disk 512001 30
size=$((30 * 512001))
expect "$size" info/nbdinfo --size "$uri"
info/nbdinfo --is read-only "$uri" || fail "it can be written"
info/nbdinfo --can multi-conn "$uri" || fail "one connection only"
info/nbdinfo --list "$uri" | grep -q 'export=""' || fail "it is not listed"
! info/nbdinfo "$uri/name" 2>"$tmp/stderr" || fail "there is another export"
"$nbdcopy" "$uri" "$tmp/copy"
same "$tmp/expected" "$tmp/copy"
"$nbdcopy" --request-size=1048576 --connections=1 "$uri" "$tmp/copy"
same "$tmp/expected" "$tmp/copy"
theirs qemu-img convert -W -m 16 -f raw -O raw "$uri" "$tmp/copy"
truncate -s "$size" "$tmp/copy"
same "$tmp/expected" "$tmp/copy"
# The same way as in nbdconvert: through qemu-nbd.
theirs qemu-nbd --read-only --persistent --shared=4 --format=raw \
  --socket="$tmp/qemu" --fork --pid-file="$tmp/pid" "$uri"
on_exit+=("kill $(cat "$tmp/pid")")
"$nbdcopy" "nbd+unix:///?socket=$tmp/qemu" "$tmp/copy"
truncate -s "$size" "$tmp/copy"
same "$tmp/expected" "$tmp/copy"
kill "$(cat "$tmp/pid")"
on_exit=()
end_disk
[ -z "$why" ] || fail "an error nobody was told of: $why"

serve_disk 512000 30 7
refuses 'the part is broken' "$nbdcopy" "$uri" "$tmp/copy"
! theirs qemu-img convert -f raw -O raw "$uri" "$tmp/copy" 2>"$tmp/stderr" \
  || fail "qemu-img has not noticed"
grep -q 'Input/output error' "$tmp/stderr" || fail "$(cat "$tmp/stderr")"
end_disk
expect 'the part is broken' echo "$why"
