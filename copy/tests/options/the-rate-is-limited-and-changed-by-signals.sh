#!/bin/bash
# SPDX-License-Identifier: MIT
# --rate limits the rate; SIGUSR1 doubles the limit and SIGUSR2 halves it.
. "${srcdir:-.}/tests/lib/copy.sh"

random_file "$tmp/in" 2M
mkfifo "$tmp/fifo"
"$nbdcopy" --rate=1M --request-size=4k --progress=3 "$tmp/in" "$tmp/fifo" \
  2>"$tmp/stderr" 3>"$tmp/progress" &
pid=$!
exec 4<"$tmp/fifo"
head -c 4096 <&4 >"$tmp/out"
said () { grep -q "the limit is now $1 bytes" "$tmp/stderr"; }
kill -USR1 $pid
wait_until said 2M
kill -USR2 $pid
wait_until said 1M
kill -USR2 $pid
wait_until said 512K
for size in 1M 2M 4M 8M 16M 32M 64M; do
  : >"$tmp/stderr"
  kill -USR1 $pid
  wait_until said $size
done
cat <&4 >>"$tmp/out"
wait $pid
same "$tmp/in" "$tmp/out"

# The limit has effect: 2 MiB at 1 MiB per second take more than a second.
"$nbdcopy" --rate=1M --request-size=64k --progress=json:3 "$tmp/in" \
  "$tmp/out" 3>"$tmp/json"
same "$tmp/in" "$tmp/out"
"$system_python" - "$tmp/json" <<'END'
import json, sys
last = json.loads(open(sys.argv[1]).read().splitlines()[-1])
assert last["seconds"] >= 1.5, last
END
