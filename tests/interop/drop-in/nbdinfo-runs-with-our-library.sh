#!/bin/bash
# SPDX-License-Identifier: MIT
# The distribution's nbdinfo prints the same with our library as with its own,
# about each of these servers and in each of its output forms.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires nbdinfo qemu-nbd qemu-img qemu-io
requires_nbdkit plugin memory plugin eval

both ()
{
  local status_ours=0 status_theirs=0
  ours nbdinfo "$@" >"$tmp/ours" 2>"$tmp/ours.err" || status_ours=$?
  loaded_ours
  theirs nbdinfo "$@" >"$tmp/theirs" 2>"$tmp/theirs.err" \
    || status_theirs=$?
  [ "$status_ours" = "$status_theirs" ] \
    || fail "nbdinfo $*: $status_ours, not $status_theirs: " \
            "$(cat "$tmp/ours.err")"
  # The libraries may write the same URI differently.
  sed -i 's/^\(.*uri"*: *\).*$/\1/' "$tmp/ours" "$tmp/theirs"
  diff "$tmp/theirs" "$tmp/ours" || fail "nbdinfo $*"
}

qemu-img create -q -f qcow2 "$tmp/disk" 4M
qemu-io -f qcow2 -c 'write -P 7 1M 512k' "$tmp/disk" >/dev/null
qemu-img bitmap --add -f qcow2 "$tmp/disk" changes || :
serve unix qemu-nbd -t -r -e 0 -f qcow2 -x disk -D 'the disk' -B changes \
  "$tmp/disk"
uri="nbd+unix:///disk?socket=$sock"
both "$uri"
grep -q 4194304 "$tmp/ours"
both --json "$uri"
both --size "$uri"
both --map "$uri"
both --map --totals "$uri"
both --map=qemu:dirty-bitmap:changes --json "$uri"
both --list "nbd+unix:///?socket=$sock"
both --list --json "nbd+unix:///?socket=$sock"
both --is read-only "$uri"
both --can trim "$uri"
both "nbd+unix:///other?socket=$sock"

for options in "" -n -o; do
  # shellcheck disable=SC2086  # no option is no word
  serve unix nbdkit -f $options memory 1M
  both "nbd+unix:///?socket=$sock"
  both --json "nbd+unix:///?socket=$sock"
done

# Before version 1.16, libnbd did not ask such a server for its contexts.
serve unix nbdkit -f --no-sr memory 1M
both --size "nbd+unix:///?socket=$sock"
both --map "nbd+unix:///?socket=$sock"
both --is structured-reply "nbd+unix:///?socket=$sock"

serve unix nbdkit -f eval list_exports='printf "NAMES\none\ntwo\n"' \
  get_size='echo 1M' pread='head -c "$3" /dev/zero'
both --list "nbd+unix:///?socket=$sock"
both --size [ nbdkit memory 3M ]
both --map [ nbdkit data '@65536 "x"' size=1M ]
