# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034  # tests use the variables that are set here
# shellcheck disable=SC2154  # functions.sh sets the directories
# File systems in files, for tests that have read functions.sh.

# Debian has these programs in directories that only root has in PATH.
PATH=$PATH:/usr/sbin:/sbin
requires mke2fs e2fsck debugfs dumpe2fs
MiB=$((1 << 20))
start=$MiB # of the file system on its disk

# make_files: make some files in $tmp/files, for file systems.
make_files ()
{
  mkdir -p "$tmp/files/directory"
  random_file "$tmp/files/data" 700001
  seq 30000 >"$tmp/files/directory/text"
  ln -s text "$tmp/files/directory/link"
}

# make_ext DISK SIZE [OPTION...]: make a disk of 256 MiB, with a file system of
# this size that begins at 1 MiB and has the files.  The size is written as for
# mke2fs.
make_ext ()
{
  local disk=$1 size=$2
  shift 2
  rm -f "$disk"
  truncate -s 256M "$disk"
  mke2fs -q -F -d "$tmp/files" -E offset=$start "$@" "$disk" "$size" \
    >"$tmp/mke2fs" 2>&1 || fail "$* $(cat "$tmp/mke2fs")"
}

# on_ext COMMAND...: run it; DISK in its words becomes the file system of
# $disk.
on_ext ()
{
  "${@/DISK//proc/self/fd/0?offset=$start}" <"$disk" 2>"$tmp/err" \
    || fail "$*: $(cat "$tmp/err")"
}

# ext_is_whole BYTES: the file system of $disk has this size, or up to 1 %
# less, is consistent, and has the files.
ext_is_whole ()
{
  local blocks block
  on_ext e2fsck -fn DISK >"$tmp/e2fsck"
  on_ext dumpe2fs -h DISK >"$tmp/dump"
  blocks=$(sed -n 's/^Block count: *//p' "$tmp/dump")
  block=$(sed -n 's/^Block size: *//p' "$tmp/dump")
  if [ $((blocks * block)) -gt "$1" ] \
    || [ $((blocks * block)) -lt $(($1 - $1 / 100)) ]; then
    fail "$blocks blocks of $block bytes instead of $1 bytes"
  fi
  rm -rf "$tmp/copy"
  mkdir "$tmp/copy"
  on_ext debugfs -R "rdump / $tmp/copy" DISK >"$tmp/out"
  rmdir "$tmp/copy/lost+found"
  diff -r "$tmp/files" "$tmp/copy" || fail "files differ"
}
