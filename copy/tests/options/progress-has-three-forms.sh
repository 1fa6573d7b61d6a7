#!/bin/bash
# SPDX-License-Identifier: MIT
# Progress is a bar, with more fields on a terminal; lines N/100; or JSON
# objects.
. "${srcdir:-.}/tests/lib/copy.sh"

random_file "$tmp/in" 1M
truncate -s 8M "$tmp/in"

"$nbdcopy" --progress "$tmp/in" "$tmp/out" 2>"$tmp/bar"
printf '█ 100%% [****************************************]\n' >"$tmp/want"
tail -n 1 "$tmp/bar" | tr '\r' '\n' | tail -n 1 | cmp - "$tmp/want"

for fd in 3 7; do
  "$nbdcopy" --progress=$fd "$tmp/in" "$tmp/out" 3>"$tmp/p3" 7>"$tmp/p7"
  "$system_python" - "$tmp/p$fd" <<'END'
import re, sys
lines = open(sys.argv[1]).read().splitlines()
assert lines[0] == "0/100" and lines[-1] == "100/100", lines
assert all(re.fullmatch(r"[0-9]+/100", line) for line in lines), lines
numbers = [int(line.split("/")[0]) for line in lines]
assert numbers == sorted(numbers), lines
END
done

"$nbdcopy" --progress=json:3 "$tmp/in" "$tmp/out" 3>"$tmp/json"
"$system_python" - "$tmp/json" <<'END'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
last = lines[-1]
assert last["status"] == "complete" and last["percent"] == 100, last
assert last["copied"] == 1 << 20 and last["zeroes"] == 7 << 20, last
assert last["size"] == 8 << 20 and last["skipped"] == 0, last
END
refuses 'write at offset 0 failed' \
  "$nbdcopy" --progress=json:3 "$tmp/in" /dev/full 3>"$tmp/json"
grep -q '"status": "failed"' "$tmp/json"

# On a terminal the bar has bytes, rate, time and zeroes.
"$system_python" -c 'import os; os.openpty ()' 2>/dev/null \
  || skip "no pseudo terminals here"
"$system_python" - "$nbdcopy" "$tmp/in" "$tmp/out" <<'END'
import os, pty, re, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "-p"] + sys.argv[2:])
text = b""
try:
    while chunk := os.read(fd, 4096):
        text += chunk
except OSError:
    pass
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, text
assert re.search(r"█ 100% \[\*+\] 8.00M  [0-9.]+[BKMG]/s  [0-9:]+  zeroes 7.00M",
                 text.decode()), text
END
