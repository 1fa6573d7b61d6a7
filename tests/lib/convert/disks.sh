# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034  # tests use the variables that are set here
# Disks in files with partition tables, for tests of nbdconvert.
. "${srcdir:-.}/tests/lib/functions.sh"

# Debian has these programs in directories that only root has in PATH.
PATH=$PATH:/usr/sbin:/sbin
requires sgdisk sfdisk
table=$builddir/convert/tests/disk/table
MiB=$((1 << 20))

requires_libfdisk ()
{
  grep -q '^#define HAVE_FDISK 1' "$builddir/config.h" \
    || skip "nbdconvert was built without libfdisk"
}

# gpt_disk FILE MIB [SGDISK-OPTION...]: make a disk with two partitions full of
# random data, and free space behind them.
gpt_disk ()
{
  local file=$1 size=$2
  shift 2
  truncate -s 0 "$file"
  truncate -s "${size}M" "$file"
  sgdisk "$@" -n 1:4096:+1M -n 2:8192:+2M "$file" >/dev/null
  fill_partitions "$file"
}

# The random data stays in $tmp/noise, for comparison.
fill_partitions ()
{
  [ -e "$tmp/noise" ] || random_file "$tmp/noise" $((2 * MiB))
  dd if="$tmp/noise" of="$1" bs=$MiB seek=2 count=1 conv=notrunc status=none
  dd if="$tmp/noise" of="$1" bs=$MiB seek=4 conv=notrunc status=none
}

partitions_are_whole ()
{
  cmp -i $((2 * MiB)):0 -n $MiB "$1" "$tmp/noise" || fail "partition 1 differs"
  cmp -i $((4 * MiB)):0 "$1" "$tmp/noise" -n $((2 * MiB)) \
    || fail "partition 2 differs"
}

# is_valid FILE: sgdisk and sfdisk find nothing wrong with the disk.
is_valid ()
{
  local said
  said=$(sgdisk -v "$1" 2>&1) || fail "sgdisk: $said"
  case $said in
    *"No problems found"*) ;;
    *) fail "sgdisk: $said" ;;
  esac
  case $said in
    *orrupt* | *nvalid* | *mismatch* | *Problem:*) fail "sgdisk: $said" ;;
  esac
  said=$(sfdisk --verify "$1" 2>&1) || fail "sfdisk: $said"
  case $said in
    *mismatch* | *"not on the end"* | *orrupt*) fail "sfdisk: $said" ;;
  esac
}

# refuses TEXT COMMAND...: the program ends with 1 and this message.
refuses ()
{
  local text=$1 status=0
  shift
  "$table" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
  [ $status = 1 ] || fail "$* ended with $status: $(cat "$tmp/err")"
  grep -q -e "$text" "$tmp/err" || fail "$*: $(cat "$tmp/err")"
}

# lsb NUMBER BYTES: print the number as escapes for printf, lowest byte first.
lsb ()
{
  local n=$1 i
  for ((i = 0; i < $2; i++)); do
    printf '\\x%02x' $((n >> (8 * i) & 255))
  done
}

# poke FILE OFFSET ESCAPES: overwrite bytes of the file.
poke ()
{
  # shellcheck disable=SC2059
  printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
