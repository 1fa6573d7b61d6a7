#!/bin/bash
# SPDX-License-Identifier: MIT
# A disk that qemu has opened for writing is not copied in the middle of
# that, unless it comes from standard input.  With one that it only reads
# nothing is wrong.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img qemu-nbd

# serve OPTION... FILE: the process is $server.
serve ()
{
  qemu-nbd --persistent --socket="$tmp/socket" --pid-file="$tmp/pid" "$@" &
  server=$!
  on_exit+=("kill $server 2>/dev/null")
  wait_until test -s "$tmp/pid"
}
stop ()
{
  kill "$server"
  wait "$server" || :
  rm -f "$tmp/pid"
}

random_file "$tmp/raw" 1M
qemu-img convert -O qcow2 "$tmp/raw" "$tmp/qcow2"
for format in raw qcow2; do
  serve --format=$format "$tmp/$format"
  for to in raw qcow2; do
    refuses "$tmp/$format: a virtual machine, or another program of qemu" \
      "$nbdconvert" --to=$to "$tmp/$format" "$tmp/d/new"
  done
  [ -z "$(ls -A "$tmp/d")" ] || fail "left: $(ls -A "$tmp/d")"
  "$nbdconvert" --to=$format - "$tmp/d/new" <"$tmp/$format"
  cmp "$tmp/$format" "$tmp/d/new"
  rm "$tmp/d/new"
  stop

  serve --read-only --format=$format "$tmp/$format"
  "$nbdconvert" --to=raw "$tmp/$format" "$tmp/d/new"
  cmp "$tmp/raw" "$tmp/d/new"
  rm "$tmp/d/new"
  stop
done
