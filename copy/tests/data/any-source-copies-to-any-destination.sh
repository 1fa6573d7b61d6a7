#!/bin/bash
# SPDX-License-Identifier: MIT
# Servers by URI and by command, files, pipes, standard input and output: each
# source is copied to each destination.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory plugin file

random_file "$tmp/in" 5000000
truncate -s 6000000 "$tmp/in"
serve_uri nbdkit -f file "$tmp/in"
from=$uri
mkfifo "$tmp/fifo"

# copy_to SOURCE...: copy it to each destination.
copy_to ()
{
  rm -f "$tmp/out"
  "$nbdcopy" -- "$@" "$tmp/out" <"$tmp/stdin"
  same "$tmp/in" "$tmp/out"
  : >"$tmp/out"
  "$nbdcopy" -- "$@" - <"$tmp/stdin" >"$tmp/out"
  same "$tmp/in" "$tmp/out"
  "$nbdcopy" -- "$@" - <"$tmp/stdin" | cat >"$tmp/out"
  same "$tmp/in" "$tmp/out"
  cat "$tmp/fifo" >"$tmp/out" &
  "$nbdcopy" -- "$@" "$tmp/fifo" <"$tmp/stdin"
  wait $!
  same "$tmp/in" "$tmp/out"
  truncate -s 0 "$tmp/out"
  truncate -s 6000000 "$tmp/out"
  serve_uri nbdkit -f file "$tmp/out"
  "$nbdcopy" --flush -- "$@" "$uri" <"$tmp/stdin"
  stop_server
  same "$tmp/in" "$tmp/out"
  truncate -s 0 "$tmp/out"
  truncate -s 6000000 "$tmp/out"
  "$nbdcopy" --flush -- "$@" [ nbdkit file "$tmp/out" ] <"$tmp/stdin"
  same "$tmp/in" "$tmp/out"
  "$nbdcopy" -- "$@" null: <"$tmp/stdin"
}

ln -s /dev/null "$tmp/stdin"
copy_to "$tmp/in"
copy_to "$from"
copy_to [ nbdkit file "$tmp/in" ]
ln -sf "$tmp/in" "$tmp/stdin"
copy_to -

# Pipes are read once, so each copy has one of its own.
for to in "$tmp/out" null: -; do
  "$nbdcopy" - "$to" < <(cat "$tmp/in") >"$tmp/stdout"
done
same "$tmp/in" "$tmp/out"
same "$tmp/in" "$tmp/stdout"
serve_uri nbdkit -f memory 6000000
"$nbdcopy" - "$uri" < <(cat "$tmp/in")
"$nbdcopy" "$uri" "$tmp/out"
same "$tmp/in" "$tmp/out"
