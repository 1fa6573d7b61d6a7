#!/bin/bash
# SPDX-License-Identifier: MIT
# -o takes what programs that are built on all of libfuse take.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory

# modes_with OPTIONS DIRECTORY FILE: the modes of both.
modes_with ()
{
  start -o "$1" "$mnt" --command nbdkit -s memory 1M
  expect "$2" stat -c %a "$mnt"
  expect "$3" stat -c %a "$mnt/nbd"
  unmount
}

modes_with uid=0 555 666
# Mounting works here, so from now on it must.
skip ()
{
  fail "$@"
}
modes_with umask=022 555 644
modes_with umask=77 500 600
modes_with umask=0077,ro 500 400
modes_with umask=0,noauto_cache,no_rofd_flush,auto_cache 555 666
modes_with noforget,remember=1,ac_attr_timeout=1,negative_timeout=1 555 666

start -o uid=12,gid=34 "$mnt" --command nbdkit -s memory 1M
expect "12 34" stat -c '%u %g' "$mnt/nbd"
unmount

status=0
"$nbdfuse" -o umask=9 "$mnt" --command nbdkit -s memory 1M 2>"$tmp/err" \
  || status=$?
[ "$status" = 1 ] || fail "umask=9 ended with $status"
grep -q 'umask=9' "$tmp/err" || fail "umask=9: $(cat "$tmp/err")"
