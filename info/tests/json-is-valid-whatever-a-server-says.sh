#!/bin/bash -
# SPDX-License-Identifier: MIT
# The output is valid JSON in UTF-8 even if names and descriptions have any
# bytes, or if exports cannot be shown.  Failures are in the JSON, and make the
# exit status 1.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin eval filter exportname

info ()
{
  local want=$1 status=0
  shift
  "$builddir/info/nbdinfo" "$@" >"$tmp/json" 2>"$tmp/err" || status=$?
  [ "$status" -eq "$want" ] || fail "status $status of" "$@"
}

# value EXPRESSION WANT: the expression, with the JSON as top, has this value.
value ()
{
  "$system_python" - "$tmp/json" "$1" "$2" <<'END' || fail "$1 is not $2"
import json, sys
with open(sys.argv[1], encoding="utf-8", errors="strict") as file:
    top = json.load(file)
got, want = eval(sys.argv[2]), eval(sys.argv[3])
sys.exit(0 if got == want else f"{got!r}, not {want!r}")
END
}

info 0 --json [ nbdkit null --filter=exportname default-export= \
  exportname=$'q"b\\s\x01\x7f' exportdesc=fixed:$'\t\e[1m\xff\xc3\xa9\xed\xa0\x80\xc0\xaf' \
  exportname-list=explicit ] --list
value 'top["exports"][0]["export-name"]' '"q\"b\\s\x01\x7f"'
value 'top["exports"][0]["description"]' '"\t\x1b[1m" + chr(0xfffd) + chr(0xe9) + 5 * chr(0xfffd)'

some ()
{
  info "$1" --json --list [ nbdkit eval get_size='echo 1024' \
    list_exports="echo NAMES; printf '$2'" open='[ "$3" != bad ] || exit 1' ]
}
some 1 'a\nbad\nc\n'
value '[e["export-name"] for e in top["exports"]]' '["a", "c"]'
value '[e["export-name"] for e in top["errors"]]' '["bad"]'
some 1 'bad\na\n'
value '[e["export-name"] for e in top["exports"]]' '["a"]'
some 1 'a\nbad\n'
value '[e["export-name"] for e in top["exports"]]' '["a"]'
some 1 'bad\n'
value 'top["exports"]' '[]'
some 0 ''
value 'top["exports"]' '[]'
value '"errors" in top' 'False'

info 1 --json [ nbdkit eval get_size='echo 1024' open='exit 1' ]
value 'top["exports"], len(top["errors"])' '([], 1)'
grep -q -e --list "$tmp/err" || fail "--list is not suggested"
