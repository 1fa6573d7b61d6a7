#!/bin/bash
# SPDX-License-Identifier: MIT
# ocamldoc accepts all interfaces and their references without a warning, and
# every value in NBD.mli is documented.
. "${srcdir:-.}/tests/lib/functions.sh"
requires ocamlfind ocamldoc

package=unix
interfaces=("$srcdir"/bindings/ocaml/NBD*.mli)
if ocamlfind query lwt.unix >/dev/null 2>&1; then
  package=lwt.unix
  interfaces+=("$srcdir"/bindings/ocaml/lwt/NBD_lwt.mli)
fi
mkdir "$tmp/html"
ocamlfind ocamldoc -thread -package $package -warn-error -html -d "$tmp/html" \
  -I bindings/ocaml "${interfaces[@]}" >"$tmp/log" 2>&1 || fail "$(cat "$tmp/log")"
[ ! -s "$tmp/log" ] || fail "$(cat "$tmp/log")"
"$PYTHON" -B - "$tmp/html/NBD.html" <<'END'
import re
import sys

html = open(sys.argv[1], encoding="utf-8").read()
values = re.findall(r'<pre><span id="VAL(\w+)">.*?</pre>(.{0,40})', html, re.S)
bare = [name for name, after in values if '<div class="info' not in after]
if len(values) < 160 or bare:
    sys.exit(f"{len(values)} values, not documented: {bare}")
END
