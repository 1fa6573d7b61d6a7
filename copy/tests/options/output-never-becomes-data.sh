#!/bin/bash
# SPDX-License-Identifier: MIT
# Progress, hashes, journals and messages are not written to the destination or
# the source: not by another name, and not through the number of a closed
# descriptor, which a file or connection of nbdcopy would get.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory

random_file "$tmp/in" 256k
cp "$tmp/in" "$tmp/old.in"
random_file "$tmp/old" 256k
cp "$tmp/old" "$tmp/out"
ln "$tmp/out" "$tmp/link"

# refused TEXT ARGUMENT...: nbdcopy fails with TEXT, and nothing is changed.
refused ()
{
  refuses "$1" "$nbdcopy" "${@:2}"
  unchanged
}

unchanged ()
{
  same "$tmp/old.in" "$tmp/in"
  same "$tmp/old" "$tmp/out"
}

# The descriptor is not open.
serve_uri nbdkit -f memory 256k
for fd in 3 4 5 6 7 8 9 10 11 12; do
  refused "descriptor $fd is not open" --progress=$fd "$tmp/in" "$tmp/out"
  refused "descriptor $fd is not open" --progress=json:$fd "$uri" "$tmp/out"
  refused "descriptor $fd is not open" --progress=$fd "$tmp/in" "$uri"
done
status=0
"$nbdcopy" --progress=1 "$uri" null: 2>"$tmp/stderr" >&- || status=$?
[ "$status" = 1 ] || fail "closed standard output: status $status"
grep -q 'descriptor 1 is not open for writing' "$tmp/stderr"
refused 'descriptor 0 is not open for writing' --progress=0 "$tmp/in" \
  "$tmp/out" </dev/null
refused 'descriptor 7 is not open for writing' --progress=7 "$tmp/in" \
  "$tmp/out" 7<"$tmp/old"
for word in -1 x 1x 4294967297; do
  refused progress --progress=$word "$tmp/in" "$tmp/out"
done

# The output is the destination, or the source.
also='use another one'
refused "descriptor 7 is also the destination; $also" --progress=7 \
  "$tmp/in" "$tmp/out" 7<>"$tmp/link"
refused "descriptor 7 is also the source" --progress=7 "$tmp/in" "$tmp/out" \
  7<>"$tmp/in"
refused "--blkhash-file: $tmp/link is also the destination" --blkhash \
  --blkhash-file="$tmp/link" "$tmp/in" "$tmp/out"
refused "--blkhash-file: $tmp/in is also the source" --blkhash \
  --blkhash-file="$tmp/in" "$tmp/in" "$tmp/out"
refused "--resume: $tmp/out is also the destination" --resume="$tmp/out" \
  "$tmp/in" "$tmp/out"
refused "--map: $tmp/out is also the destination" --map="$tmp/out" \
  "$tmp/in" "$tmp/out"
refused "are the same file" "$tmp/out" "$tmp/link"
refused "standard input and $tmp/link are the same file" - "$tmp/link" \
  <"$tmp/out"

# Standard output is the destination.
for options in --progress=1 --progress=json:1 --blkhash; do
  status=0
  "$nbdcopy" $options "$tmp/in" - 2>"$tmp/stderr" 1<>"$tmp/out" || status=$?
  [ "$status" = 1 ] || fail "$options: it goes to the destination"
  grep -q "standard output is also the destination" "$tmp/stderr"
  unchanged
done
for options in --progress=1 --progress=json:1; do
  status=0
  "$nbdcopy" $options "$tmp/in" - 2>"$tmp/stderr" | cat >"$tmp/piped" \
    || status=$?
  [ "$status" = 1 ] || fail "$options: it is mixed with data"
  grep -q "standard output is also the destination" "$tmp/stderr"
  [ ! -s "$tmp/piped" ] || fail "$options: something was written"
done

# Standard error is the destination: not even the message may get there.
status=0
"$nbdcopy" -v "$tmp/in" "$tmp/out" 2<>"$tmp/link" >"$tmp/stdout" || status=$?
[ "$status" = 1 ] || fail "messages go to the destination"
unchanged
status=0
"$nbdcopy" -p "$tmp/in" - 2>&1 | cat >"$tmp/piped" || status=$?
[ "$status" = 1 ] || fail "messages go to the destination"
grep -q "messages: standard error is also the destination" "$tmp/piped"

# If messages are printed only on failure, a stream may be both.
"$nbdcopy" "$tmp/in" - 2>&1 | cmp - "$tmp/in"

# /dev/null may be both.
"$nbdcopy" --progress=1 "$tmp/in" /dev/null >/dev/null 2>&1
"$nbdcopy" --progress=7 "$tmp/in" "$uri" 7>"$tmp/progress"
"$nbdcopy" "$uri" "$tmp/copy"
same "$tmp/in" "$tmp/copy"
expect "100/100" tail -n 1 "$tmp/progress"
