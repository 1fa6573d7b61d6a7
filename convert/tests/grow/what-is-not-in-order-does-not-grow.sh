#!/bin/bash
# SPDX-License-Identifier: MIT
# A file system that is not clean, has features that cannot be grown from
# outside, or may be something else, is refused and left unchanged.
# Everything is refused if programs are missing.
. "${srcdir:-.}/tests/lib/functions.sh"
. "${srcdir:-.}/tests/lib/convert/ext.sh"
file_system=$builddir/convert/tests/grow/file-system
disk=$tmp/disk
mkdir "$tmp/files"
length=$((200 * MiB))

# refuses TEXT WORD...: the test program fails with this message.
refuses ()
{
  local text=$1
  shift
  ! "$file_system" "$@" >"$tmp/out" 2>"$tmp/err" || fail "it did not refuse $*"
  grep -q -e "$text" "$tmp/err" || fail "$(cat "$tmp/err") instead of $text"
}

# unfit TEXT [LENGTH]: this is found before anything is written.
unfit ()
{
  refuses "$1" look "$disk" $start "${2:-$length}"
}

# change REQUEST: run a request of debugfs.
change ()
{
  debugfs -w -R "$1" "/proc/self/fd/0?offset=$start" <>"$disk" \
    >"$tmp/log" 2>&1
}

# poke OFFSET ESCAPES: write bytes into the file system.
poke ()
{
  # shellcheck disable=SC2059
  printf "$2" \
    | dd of="$disk" bs=1 seek=$((start + $1)) conv=notrunc status=none
}

ext ()
{
  make_ext "$disk" 24M -t ext4 "$@"
}

ext -O ^metadata_csum
expect "ext4 grows" "$file_system" look "$disk" $start $length
change "ssv state 0"
unfit "ext4: it was not unmounted; e2fsck"
change "ssv state 3"
unfit "ext4: it has errors; e2fsck"
change "ssv state 1"
change "feature +needs_recovery"
unfit "its journal has to be replayed first"
change "feature -needs_recovery"
expect "ext4 grows" "$file_system" look "$disk" $start $length
change "ssv feature_ro_compat 0x40000001"
unfit "features that are not known: compat 0, incompat 0, ro_compat 0x40000000"
ext -O ^metadata_csum
change "ssv journal_inum 0"
unfit "its journal is on another device"
ext -O bigalloc
unfit "has clusters (bigalloc)"
ext
unfit "it is larger than its partition" $((20 * MiB))
unfit "it ends behind the disk" $((256 * MiB))
poke $((0x10040)) _BHRfS_M
unfit "it looks like ext4 and like btrfs"
ext
poke $((length - 65536)) '\xfc\x4e\x2b\xa9'
unfit "it is part of a RAID that is described at its end"
ext
poke $(((length - 8192) / 4096 * 4096)) '\xfc\x4e\x2b\xa9'
unfit "it is part of a RAID that is described at its end"
ext -O mmp,^metadata_csum
unfit "protected against being mounted twice"

# Damage that only e2fsck finds.  Nothing is written then.
ext -O ^metadata_csum,^has_journal
bitmap=$(on_ext dumpe2fs DISK \
           | sed -n 's/.*Block bitmap at \([0-9]*\).*/\1/p' | head -n 1)
poke $((bitmap * 1024 + 1000)) '\xff'
expect "ext4 grows" "$file_system" look "$disk" $start $length
cp --sparse=always "$disk" "$tmp/before"
refuses "it is not in order, so it is left as it is: Block bitmap differences" \
  grow "$disk" $start $length
same "$disk" "$tmp/before"

# The new size is smaller.
ext
refuses "larger than its partition" grow "$disk" $start $((20 * MiB))

# A resize2fs that fails.
mkdir "$tmp/bin"
cat >"$tmp/bin/resize2fs" <<'END'
#!/bin/sh
printf 'resize2fs 1.47.0 (5-Feb-2023)\nit is too late\n' >&2
exit 1
END
chmod +x "$tmp/bin/resize2fs"
PATH=$tmp/bin:$PATH refuses "^file-system: resize2fs: it is too late$" \
  grow "$disk" $start $length

# Programs are missing.
"$file_system" can
! env PATH="$tmp/bin" "$file_system" can served 2>"$tmp/err" || fail "it can"
grep -q "nbdfuse is not installed" "$tmp/err" || fail "$(cat "$tmp/err")"
