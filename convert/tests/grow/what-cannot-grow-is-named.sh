#!/bin/bash
# SPDX-License-Identifier: MIT
# If a partition cannot take the added space, the message says what is in the
# way, or which partitions there are, and nothing is written.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk
disk=$tmp/disk

# cannot_grow TEXT OLD_MIB ARGUMENT...: growing is refused with this message.
cannot_grow ()
{
  local text=$1 old=$2
  shift 2
  cp --sparse=always "$disk" "$tmp/before"
  refuses "$text" grow "$disk" $((old * MiB)) "$@"
  cmp "$disk" "$tmp/before" || fail "something was written"
}

gpt_disk "$disk" 64
sgdisk -n 5:20480:+2M -n 3:28672:+1M -c 1:root -c 2:"my data" -c 3:twins \
  -c 5:twins "$disk" >/dev/null
truncate -s 100M "$disk"
there='there are: 1 "root" (1.0M), 2 "my data" (2.0M), 5 "twins" (2.0M), 3 "twins" (1.0M)'
cannot_grow "there is no partition \"9\"; $there" 64 9
cannot_grow "there is no partition \"Root\"; $there" 64 Root
cannot_grow 'there is no partition ""' 64 ""
cannot_grow 'there is no partition "99999999999999999999"' 64 \
  99999999999999999999
cannot_grow 'partitions 5, 3 are all named "twins"; say the number' 64 twins
cannot_grow 'partition 5 "twins" (2.0M) is behind partition 2 "my data" (2.0M); --move would move it, and what is behind that, to the end' 64 "my data"
cannot_grow 'partition 3 "twins" (1.0M) is behind partition 5 "twins" (2.0M); --move would move it to the end of the disk$' 64 5

# There is no space, or less than the alignment.
truncate -s 64M "$disk"
sgdisk -n 4:30720:0 "$disk" >/dev/null
truncate -s $((64 * MiB + 4096)) "$disk"
cannot_grow "there is no space to grow" 64 last
cannot_grow "there is no space to grow" 64 3 move
truncate -s 64M "$disk"
cannot_grow "there is no space to grow: .*a larger --size" 64 4

# A partition whose place the boot loader knows is not moved.
gpt_disk "$disk" 64 -n 14:28672:+1M -t 14:ef02
truncate -s 100M "$disk"
cannot_grow 'partition 14 (1.0M) is in the way and cannot be moved: it is a BIOS boot partition' 64 1 move

# Names may come from an attacker, so they are quoted.
gpt_disk "$disk" 64
sgdisk -c 1:$'\e[31mred' "$disk" >/dev/null
truncate -s 100M "$disk"
refuses 'there are: 1 "\\u001b\[31mred"' grow "$disk" $((64 * MiB)) 7

# An extended partition does not grow by itself.
truncate -s 0 "$disk"
truncate -s 64M "$disk"
printf '%s\n' 'label: dos' '2048,4096' '8192,65536,E' '10240,4096' \
  '20480,4096' | sfdisk -q "$disk"
truncate -s 100M "$disk"
cannot_grow 'partition 2 is an extended one, which grows with the last' 64 2
cannot_grow 'the extended partition 2 (32.0M) is behind partition 1' 64 1
cannot_grow 'no partition "root"; .* those of an MBR have numbers only' 64 root

# An MBR cannot address more than 2 TiB.
truncate -s 3T "$disk" 2>/dev/null && {
  refuses "no numbers for what is behind 2 TiB: convert it to a GPT first" \
    grow "$disk" $((64 * MiB)) 6
  truncate -s 2T "$disk"
  "$table" grow "$disk" $((64 * MiB)) 6 >/dev/null
  sfdisk --verify "$disk" >"$tmp/out" || fail "$(cat "$tmp/out")"
}

# There is no table, or it is wrong.
truncate -s 0 "$disk"
truncate -s 64M "$disk"
cannot_grow "the disk has no partitions" 64 1
printf '%s\n' 'label: dos' '2048,4096' '8192,4096' | sfdisk -q "$disk"
poke "$disk" 470 "$(lsb 4096 4)"
cannot_grow "partitions 1 and 2 overlap" 64 last
poke "$disk" 470 "$(lsb 131000 4)"
cannot_grow "partition 2 ends behind the disk" 64 1
