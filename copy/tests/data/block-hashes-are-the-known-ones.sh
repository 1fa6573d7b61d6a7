#!/bin/bash
# SPDX-License-Identifier: MIT
# --blkhash: the hash is the known one, and does not depend on how data is
# copied.
. "${srcdir:-.}/tests/lib/copy.sh"
"$nbdcopy" --blkhash /dev/null null: >/dev/null 2>"$tmp/stderr" || {
  grep -q 'built without GnuTLS' "$tmp/stderr" && skip "built without GnuTLS"
}

hello=337355feb53a5309d5aba92796223c2c84ffab930e706c01fef573a2722545e6
empty=af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc
mib=3dd455346755274ce76f1c555df5e05c1cdd8da4b1c70ab7c2a6b09f51bb5ce0
printf hello >"$tmp/hello"
truncate -s 1M "$tmp/mib"
expect $hello "$nbdcopy" --blkhash -- "$tmp/hello" null:
expect $empty "$nbdcopy" --blkhash -- /dev/null null:
expect $mib "$nbdcopy" --blkhash=SHA256 "$tmp/mib" null:
expect $mib "$nbdcopy" --blkhash --no-extents "$tmp/mib" null:
expect f741ac9ce55f5325906bb14e9c05d467 \
  "$nbdcopy" --blkhash=md5/64k "$tmp/hello" null:
expect hello$hello "$nbdcopy" --blkhash "$tmp/hello" - < <(:)
"$nbdcopy" --blkhash --blkhash-file="$tmp/file" "$tmp/hello" null:
expect $hello cat "$tmp/file"

random_file "$tmp/in" 3000001
truncate -s 5000003 "$tmp/in"
"$system_python" - "$tmp/in" >"$tmp/want" <<'END'
import hashlib, sys
data = open(sys.argv[1], "rb").read()
for size in (512, 65536, 1 << 20, 1 << 23, 1 << 26, 1 << 60):
    outer = hashlib.sha1()
    for at in range(0, len(data), size):
        outer.update(hashlib.sha1(data[at:at + size]).digest())
    outer.update(len(data).to_bytes(8, "little"))
    print(size, outer.hexdigest())
END
while read -r size want; do
  for options in "" --synchronous --no-extents "--request-size=4096"; do
    # shellcheck disable=SC2086  # none or one
    expect "$want" "$nbdcopy" $options --blkhash=sha1/$size "$tmp/in" null:
    # shellcheck disable=SC2086
    expect "$want" "$nbdcopy" $options --blkhash=sha1/$size - "$tmp/out" \
      < <(cat "$tmp/in")
  done
done <"$tmp/want"
refuses 'unknown algorithm sha3' "$nbdcopy" --blkhash=sha3 "$tmp/in" null:
refuses 'power of two' "$nbdcopy" --blkhash=md5/65 "$tmp/in" null:
