#!/bin/bash
# SPDX-License-Identifier: MIT
# --size works with NBD servers, including those that accept only large
# blocks, and with streams, whose size is known only at their end.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk
requires_uris
requires_nbdkit filter blocksize-policy filter log
nbdconvert=${NBDCONVERT:-$builddir/convert/nbdconvert}
[ -x "$nbdconvert" ] || skip "nbdconvert was not built"

cd "$tmp"
gpt_disk disk.img 64
for policy in "" "blocksize-minimum=4096 blocksize-error-policy=error"; do
  rm -f server.img small.img
  truncate -s 128M server.img
  # shellcheck disable=SC2086
  serve unix nbdkit --filter=blocksize-policy file server.img $policy
  "$nbdconvert" --size=128M disk.img "nbd+unix:///?socket=$sock"
  is_valid server.img
  partitions_are_whole server.img
  "$nbdconvert" --size=40M "nbd+unix:///?socket=$sock" small.img
  is_valid small.img
  partitions_are_whole small.img
  [ "$(stat -c %s small.img)" = $((40 * MiB)) ] || fail "the size of small.img"
  stop_server
done

"$nbdconvert" --size=100M - out.img < <(cat disk.img)
is_valid out.img
partitions_are_whole out.img
rm out.img

# What a stream has behind the new end is not known before it ends.
status=0
"$nbdconvert" --size=30M - out.img < <(cat disk.img) 2>err || status=$?
[ $status = 1 ] || fail "status $status"
grep -q "has 67108864 bytes, which do not fit into 31457280; --force" err \
  || fail "$(cat err)"
[ ! -e out.img ] || fail "there is a result"
"$nbdconvert" --size=30M --force-shrink - out.img < <(cat disk.img)
is_valid out.img
partitions_are_whole out.img

# Holes are not read: reading 3 TiB would take minutes.
truncate -s 3T disk.img
"$table" follow disk.img $((64 * MiB)) >/dev/null
serve unix nbdkit --filter=blocksize-policy --filter=log file disk.img \
  logfile=log
"$nbdconvert" --size=100M "nbd+unix:///?socket=$sock" out.img
is_valid out.img
partitions_are_whole out.img
reads=$(grep -c ' Read ' log)
[ "$reads" -lt 200 ] || fail "the server was asked to read $reads times"
"$nbdconvert" --size=90M disk.img out.img
is_valid out.img
