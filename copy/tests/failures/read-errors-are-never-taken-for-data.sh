#!/bin/bash
# SPDX-License-Identifier: MIT
# CVE-2022-0485: if a read fails, the content of its buffer must not be copied,
# and the copy must not succeed.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory plugin eval

random_file "$tmp/in" 4M
cat >"$tmp/pread" <<END
if [ \$4 -ge 2097152 ]; then echo EIO no such luck >&2; exit 1; fi
dd if="$tmp/in" skip=\$4 count=\$3 iflag=count_bytes,skip_bytes status=none
END
serve_uri nbdkit -f eval get_size='echo 4M' can_multi_conn='exit 0' \
  pread="$(cat "$tmp/pread")"
from=$uri
for options in "" --synchronous --no-extents "--connections=1" \
               "--requests=1" "--request-size=4k --requests=1024"; do
  # shellcheck disable=SC2086  # several options
  refuses 'read at offset [2-4][0-9]* failed: .*: Input/output error' \
    "$nbdcopy" $options "$from" "$tmp/out"
  # shellcheck disable=SC2086
  refuses 'read at offset [2-4][0-9]* failed' "$nbdcopy" $options "$from" null:
  # shellcheck disable=SC2086
  refuses 'read at offset' bash -c '"$@" | cat; exit ${PIPESTATUS[0]}' - \
    "$nbdcopy" $options --progress=3 "$from" - 3>"$tmp/progress"
  ! grep -q 100/100 "$tmp/progress" || fail "a failed copy looks complete"
  cmp -n "$(stat -c %s "$tmp/stdout")" "$tmp/in" "$tmp/stdout"
  serve_uri nbdkit -f memory 4M
  # shellcheck disable=SC2086
  refuses 'read at offset' "$nbdcopy" $options "$from" "$uri"
  zero_range "$tmp/out" 2097152 2097152
  stop_server
done
