#!/bin/bash
# SPDX-License-Identifier: MIT
# If a scratch file is written first, programs that read the progress see only
# one count to 100.  And a server without flush causes a warning.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img xz
requires_ability "codec xz" "format qcow2 read write"
requires_nbdkit plugin memory plugin sh

random_file "$tmp/disk" 6M
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/disk.qcow2"
xz -0 <"$tmp/disk.qcow2" >"$tmp/disk.xz"
"$nbdconvert" --plan=json "$tmp/disk.xz" "$tmp/d/out" >"$tmp/plan"
grep -q '"step": "scratch"' "$tmp/plan" || fail "there is no scratch file"
"$nbdconvert" --progress=3 "$tmp/disk.xz" "$tmp/d/out" 3>"$tmp/progress"
same "$tmp/disk" "$tmp/d/out"
[ "$(grep -c -x 100/100 "$tmp/progress")" = 1 ] \
  || fail "it ends more than once: $(cat "$tmp/progress")"
sort -n -c "$tmp/progress" || fail "it goes back: $(cat "$tmp/progress")"

cat >"$tmp/plugin" <<'SH'
case $1 in
  get_size) echo 6M ;;
  can_write) ;;
  pwrite | zero) cat >/dev/null ;;
  *) exit 2 ;;
esac
SH
chmod +x "$tmp/plugin"
serve_uri nbdkit -f sh "$tmp/plugin"
"$nbdconvert" "$tmp/disk.xz" "$uri" 2>"$tmp/stderr"
grep -q "has no flush" "$tmp/stderr" || fail "nothing is told: $(cat "$tmp/stderr")"
"$nbdconvert" --quiet "$tmp/disk.xz" "$uri" 2>"$tmp/stderr"
[ ! -s "$tmp/stderr" ] || fail "$(cat "$tmp/stderr")"
