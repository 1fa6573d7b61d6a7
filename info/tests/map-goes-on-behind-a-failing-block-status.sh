#!/bin/bash -
# SPDX-License-Identifier: MIT
# Where block status fails the map says "unknown", and a message tells the
# reason; all other ranges are in the map, and the exit status is 1.  If block
# status always fails, a few dozen requests are sent.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin eval
requires jq

# info FROM TO OPTION...: run nbdinfo on 1 TiB, where block status of any byte
# from FROM to before TO fails.  Requests are counted in a file.
info ()
{
  local from=$1 to=$2 status=0
  shift 2
  : >"$tmp/requests"
  # shellcheck disable=SC2016
  from=$from to=$to requests=$tmp/requests \
    "$builddir/info/nbdinfo" "$@" [ nbdkit eval get_size='echo 1T' \
      can_extents='exit 0' pread='exit 1' extents='
        echo "$4" >>"$requests"
        if [ "$4" -lt "$to" ] && [ $(($4 + $3)) -gt "$from" ]; then
          echo EIO no map >&2
          exit 1
        fi
        echo "$4" "$3" hole,zero' ] >"$tmp/out" 2>"$tmp/err" || status=$?
  [ "$status" -eq 1 ] || fail "status $status"
}

info 1048576 1048577 --map
expect "         0     1048576    3  hole,zero
   1048576       65536    ?  unknown
   1114112  1099510513664    3  hole,zero" cat "$tmp/out"
grep -q '^nbdinfo: base:allocation of 65536 bytes at offset 1048576 is unknown: .*Input/output error' \
  "$tmp/err" || fail "no reason: $(cat "$tmp/err")"

info 1048576 1048577 --map --json
jq -c '.[] | [.offset, .length, .type, .description]' "$tmp/out" >"$tmp/map"
expect '[0,1048576,3,"hole,zero"]
[1048576,65536,null,"unknown"]
[1114112,1099510513664,3,"hole,zero"]' cat "$tmp/map"

info 1048576 1048577 --map --totals
expect "1099511562240 100.0%   3 hole,zero
     65536   0.0%   ? unknown" cat "$tmp/out"
info 1048576 1048577 --map --totals --json
jq -c '.[] | [.size, .type, .description]' "$tmp/out" >"$tmp/map"
expect '[1099511562240,3,"hole,zero"]
[65536,null,"unknown"]' cat "$tmp/map"

# If a large range fails, few requests are sent, and the unknown range is not
# much larger.
info 268435456 536870912 --map
[ "$(wc -l <"$tmp/requests")" -lt 400 ] || fail "$(wc -l <"$tmp/requests") requests"
[ "$(wc -l <"$tmp/out")" -eq 3 ] || fail "this is the map: $(cat "$tmp/out")"
read -r offset length what <<<"$(sed -n 2p "$tmp/out")"
[ "$offset $what" = "268435456 ?  unknown" ] || fail "at $offset: $what"
[ "$length" -le 536936448 ] || fail "$length bytes are unknown"

info 0 1099511627776 --map
expect "         0  1099511627776    ?  unknown" cat "$tmp/out"
[ "$(wc -l <"$tmp/requests")" -lt 50 ] || fail "$(wc -l <"$tmp/requests") requests"
[ "$(grep -c '^nbdinfo:' "$tmp/err")" -eq 1 ] || fail "too many reasons: $(cat "$tmp/err")"
