#!/bin/bash
# SPDX-License-Identifier: MIT
# A file system is made, used and unmounted on a qcow2 image whose qemu-nbd is
# killed, stopped and started late, and loses its memory each time.  No program
# gets an error, e2fsck finds nothing to repair, and all data is there for which
# fsync succeeded.  make check-long kills it 100 times.
. "${srcdir:-.}/tests/lib/fuse.sh"
. "$srcdir/tests/lib/restarting.sh"
requires losetup mkfs.ext4 e2fsck
requires_servers
[ "$(id -u)" = 0 ] || skip "only root may mount ext4"
grep -qw ext4 /proc/filesystems || skip "the kernel has no ext4"
[ -w /dev/loop-control ] || skip "there are no loop devices"

export PYTHONPATH=$srcdir/tests/lib
kills=$((kills < 10 ? 5 : kills))
files=$((kills * 60))
ext4=("$system_python" -B "$srcdir/tests/lib/mounts/ext4_promises.py")
run=("$system_python" -B "$srcdir/tests/lib/restarting.py")

new_image qemu-nbd
restarting "${run[@]}" --kills "$kills" --every "$(every $((files * 100000)))" --stop 0.5 \
  qemu-nbd unix "$image" "${ext4[@]}" write URI "$files" "$tmp/ledger"
was_killed "$kills"
grep -q 'is back after' "$tmp/restarting" || fail "$(cat "$tmp/restarting")"
restarting "${run[@]}" --kills 0 qemu-nbd unix "$image" \
  "${ext4[@]}" verify URI "$files" "$tmp/ledger"
