#!/bin/bash
# SPDX-License-Identifier: MIT
# The source or the destination dies in the middle of the copy.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory plugin eval

# The plugin's parent is the server, and kills it at 8 MiB.
deadly ()
{
  serve_uri nbdkit -f -t 1 eval get_size='echo 16M' can_write='exit 0' \
    pread='[ "$4" -lt 8388608 ] || kill -9 $PPID
           head -c $3 /dev/urandom' \
    pwrite='cat >/dev/null; [ "$4" -lt 8388608 ] || kill -9 $PPID'
}

for options in "" --synchronous; do
  deadly
  # shellcheck disable=SC2086  # none or one
  refuses 'read at offset [0-9]* failed' "$nbdcopy" $options "$uri" "$tmp/out"
  deadly
  # shellcheck disable=SC2086
  refuses 'read at offset [0-9]* failed' "$nbdcopy" $options "$uri" - \
    --progress=3 3>"$tmp/progress"
  ! grep -q 100/100 "$tmp/progress" || fail "a failed copy looks complete"
  deadly
  to=$uri
  serve_uri nbdkit -f pattern 16M
  # shellcheck disable=SC2086
  refuses 'write at offset [0-9]* failed' "$nbdcopy" $options "$uri" "$to"
done
