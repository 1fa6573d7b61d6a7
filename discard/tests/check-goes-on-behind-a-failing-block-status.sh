#!/bin/bash -
# SPDX-License-Identifier: MIT
# --check prints which range it could not check, checks the rest, and exits with
# 1, as it does if there is data.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin eval

# check DATA OPTION...: check 1 TiB, where block status of the byte at 8 GiB
# fails.  A request that begins at DATA or behind it finds data.
check ()
{
  local status=0 data=$1
  shift
  # shellcheck disable=SC2016
  data=$data discard/nbddiscard --check "$@" -- [ nbdkit eval get_size='echo 1T' \
    can_extents='exit 0' pread='exit 1' extents='
      if [ "$4" -le 8589934592 ] && [ $(($4 + $3)) -gt 8589934592 ]; then
        echo EIO no map >&2
        exit 1
      fi
      [ "$4" -ge "$data" ] || type=hole,zero
      echo "$4" "$3" "$type"' ] >"$tmp/out" 2>"$tmp/err" || status=$?
  [ "$status" -eq 1 ] || fail "status $status"
  grep -q '^nbddiscard: cannot check 65536 bytes at offset 8589934592: .*Input/output error' \
    "$tmp/err" || fail "it is not said: $(cat "$tmp/err")"
}

check 549755813888
grep -qx 'image has data at offset [0-9]\{12\}' "$tmp/out" \
  || fail "no data was found: $(cat "$tmp/out")"
check 1099511627776 -v
! grep -q 'has data\|already' "$tmp/out" || fail "$(cat "$tmp/out")"
