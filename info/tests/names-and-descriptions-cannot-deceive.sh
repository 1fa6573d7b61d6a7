#!/bin/bash
# SPDX-License-Identifier: MIT
# Characters from the server that would change the direction of writing, or that
# have no width, are shown as escapes, which mean the same in JSON.  Letters of
# languages that are written from right to left, and joiners, are shown as they
# are.
. "${srcdir:-.}/tests/lib/functions.sh"
nbdinfo=$builddir/info/nbdinfo
requires_nbdkit plugin sh

cat >"$tmp/plugin" <<'SH'
#!/bin/bash
LC_ALL=C.UTF-8
text=$(printf 'a\u202eb\u2066c\u2069d\u200ee\u061cf\u2028g\u200bh\ufeffi\U000e0041j')
fine=$(printf '\u05de\u0644\u200d\u00e9')
case $1 in
  list_exports) printf 'INTERLEAVED\n%s\n%s\n' "$text" "$text$fine" ;;
  export_description) printf '%s' "$text$fine" ;;
  get_size) echo 512 ;;
  pread) head -c "$3" /dev/zero ;;
  *) exit 2 ;;
esac
SH
chmod +x "$tmp/plugin"
serve unix nbdkit -f --exit-with-parent sh "$tmp/plugin"

want='a\u202eb\u2066c\u2069d\u200ee\u061cf\u2028g\u200bh\ufeffi\udb40\udc41j'
fine=$'\xd7\x9e\xd9\x84\xe2\x80\x8d\xc3\xa9'
LC_ALL=C.UTF-8 "$nbdinfo" --list "nbd+unix:///?socket=$sock" >"$tmp/text"
grep -qF "export=\"$want\":" "$tmp/text" || fail "$(cat "$tmp/text")"
grep -qF "description: $want$fine" "$tmp/text" || fail "$(cat "$tmp/text")"
LC_ALL=C.UTF-8 "$nbdinfo" --list --json "nbd+unix:///?socket=$sock" \
  >"$tmp/json"
"$system_python" - "$tmp/json" <<'PY'
import json, sys
text = "a\u202eb\u2066c\u2069d\u200ee\u061cf\u2028g\u200bh\ufeffi\U000e0041j"
raw = open(sys.argv[1], encoding="utf-8").read()
assert not set(raw).intersection("\u202e\u2066\u2069\u200e\u061c\u2028\u200b\ufeff")
(export,) = json.loads(raw)["exports"]
assert export["export-name"] == text, export
assert export["description"] == text + "\u05de\u0644\u200d\u00e9", export
PY
