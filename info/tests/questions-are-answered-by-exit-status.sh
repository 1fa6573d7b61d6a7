#!/bin/bash -
# SPDX-License-Identifier: MIT
# --can and similar options exit with 0 for yes, 2 for no, and 1 on errors.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin null

# ask STATUS OPTION FLAG SERVER...: nbdinfo exits with this status.
ask ()
{
  local want=$1 status=0
  shift
  "$builddir/info/nbdinfo" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
  [ "$status" -eq "$want" ] || fail "$*: $status instead of $want: $(cat "$tmp/err")"
  [ ! -s "$tmp/out" ] || fail "$1 $2 printed something"
}

server=("[" nbdkit -r null 1M "]")
for option in --can --is --has --have; do
  for flag in connect read open readonly read-only Read_Only structured sr \
              'structured replies' structured_reply df multi-conn multiconn \
              flush; do
    ask 0 "$option" "$flag" "${server[@]}"
  done
  for flag in write rotational tls eh extended-headers trim zero fast-zero fua \
              block-status-payload block_status_payload; do
    ask 2 "$option" "$flag" "${server[@]}"
  done
done
for option in --cannot --can-not --cant --isnt --isnot --is-not --hasnt --hasnot \
              --has-not --havent --havenot --have-not; do
  ask 2 "$option" connect "${server[@]}"
  ask 0 "$option" write "${server[@]}"
done
# If there are several, the last option counts.
"$builddir/info/nbdinfo" --cannot write --can read "${server[@]}"

ask 1 --can fly "${server[@]}"
ask 1 --can connect nbd+unix:///?socket="$tmp/nobody"
ask 1 --cannot connect nbd+unix:///?socket="$tmp/nobody"
ask 1 --can open [ nbdkit eval open='exit 1' get_size='echo 1' ]
ask 0 --can connect [ nbdkit eval open='exit 1' get_size='echo 1' ]

# The flags that completion offers are all accepted.
words=$("$builddir/info/nbdinfo" --option-words --can)
[ "$(wc -w <<<"$words")" -eq 18 ] || fail "these are not all: $words"
for flag in $words; do
  "$builddir/info/nbdinfo" --can "$flag" "${server[@]}" \
    || [ $? -eq 2 ] || fail "--can $flag is not known"
done
