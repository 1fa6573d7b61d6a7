#!/bin/bash -
# SPDX-License-Identifier: MIT
# The output is that of the distribution's nbdinfo, except for lines that newer
# releases have added.
. "${srcdir:-.}/tests/lib/functions.sh"
requires nbdinfo
requires_nbdkit plugin data filter exportname

# Lines that release 1.14 does not have.
newer='extended|can_block_status_payload|block_size_'
serve unix nbdkit data '1 @0x100000 2 @0x300000 0' --filter=exportname \
  exportdesc=fixed:disk
uri="nbd+unix:///?socket=$sock"
for options in "" --json --list "--list --json" --size "--size --json" \
               --map "--map --json" "--map --totals" "--map --totals --json" \
               "--map --color" "--no-content" "--list --content"; do
  # shellcheck disable=SC2086
  theirs nbdinfo $options "$uri" | grep -vE "$newer" >"$tmp/theirs"
  # shellcheck disable=SC2086
  "$builddir/info/nbdinfo" $options "$uri" | grep -vE "$newer" >"$tmp/ours"
  diff "$tmp/theirs" "$tmp/ours" || fail "nbdinfo $options"
done
