#!/bin/bash
# SPDX-License-Identifier: MIT
# A file that only begins like an image is taken for a raw disk, with a
# warning.  So is a disk into which a guest has written the footer of a VHD.
# Images that nbdconvert cannot read are refused.
. "${srcdir:-.}/tests/lib/copy.sh"
requires qemu-img

probe=$builddir/convert/tests/probe/probe
cd "$tmp"

# told WORDS FILE: FILE is taken for a raw disk, with this warning.
told ()
{
  local got
  got=$("$probe" "$2")
  grep -q "^raw $(stat -c %s "$2") -" <<<"$got" || fail "$2: $got"
  grep -q "damaged .*$1.*raw" <<<"$got" || fail "no \"$1\" in: $got"
  expect "raw $(stat -c %s "$2") -" "$probe" from raw "$2"
}

# patched FILE OFFSET BYTES: make a copy with other bytes.
patched ()
{
  cp "$1" patched
  printf '%b' "$3" | dd of=patched bs=1 seek="$2" conv=notrunc status=none
}

for format in qcow2 qcow qed vdi vmdk vhdx vpc parallels; do
  qemu-img create -q -f $format $format 16M
done
patched qcow2 4 '\0\0\0\11'; told 'no such version: 9' patched
patched qcow2 20 '\0\0\0\50'; told 'clusters cannot have so many bits: 40' patched
patched qcow2 24 '\377'; told 'no disk is so large' patched
patched qcow2 100 '\377'; told 'header cannot be so long' patched
patched qcow2 112 '\1\1\1\1\377'; told 'extensions' patched
patched qcow 32 '\0'; told 'clusters cannot' patched
patched qed 55 '\377'; told 'no disk is so large' patched
patched vdi 70 '\7'; told 'no such version' patched
patched vmdk 4 '\11'; told 'no such version: 9' patched
patched vmdk 19 '\377'; told 'no disk is so large' patched
patched parallels 16 '\1'; told 'no such version: 1' patched
patched vpc 40 '\377'; told 'checksum of its header' patched
patched vhdx 196608 x; told 'how large the disk is' patched

# Headers that are truncated anywhere cause warnings, or the end is missing.
for format in qcow2 qcow qed vdi vmdk vhdx vpc parallels; do
  rm -f cut.*
  for ((length = 0; length <= 600; length++)); do
    head -c $length $format >cut.$length
  done
  "$probe" cut.* >out || :
  [ "$(grep -c '^raw [0-9]* -$' out)" -ge 4 ] || fail "$format: $(cat out)"
  ! grep -v -e "^raw [0-9]* -$" -e "^${format/vpc/vhd} 16" -e '^  this looks' \
    -e '^refused: .*its end is missing' out || fail "$format, cut"
  "$probe" stream cut.* >out
  ! grep -v -e "^raw [-0-9]* - end" -e '^raw - -$' -e "^${format/vpc/vhd} " \
    -e '^  this looks' out || fail "$format, cut, in a stream"
done

# A guest gains nothing by writing a footer.
qemu-img create -q -f vpc -o subformat=fixed,force_size=on fixed 16M
expect "vhd 16777216 -" "$probe" fixed
cp fixed footer
head -c 512 /dev/zero >>footer
tail -c 512 fixed | dd of=footer bs=512 seek=32769 conv=notrunc status=none
told 'footer is for a disk of another size' footer
printf x | dd of=fixed bs=1 seek=$((16 << 20 | 100)) conv=notrunc status=none
told 'checksum of its footer' fixed
if command -v sgdisk >/dev/null; then
  qemu-img create -q -f vpc -o subformat=fixed,force_size=on fixed 16M
  cp fixed footer
  sgdisk -n 1:0:0 footer >/dev/null
  tail -c 512 fixed | dd of=footer bs=512 seek=32768 conv=notrunc status=none
  told 'partition table includes the footer' footer
fi

# refused TEXT FORMAT FILE: FILE is refused, even if the user says the format.
refused ()
{
  ! "$probe" "$3" >out || fail "$3 can be read: $(cat out)"
  grep -q "$1" out || fail "no \"$1\" in: $(cat out)"
  ! "$probe" from "$2" allow "$3" >out || fail "$3 can be read: $(cat out)"
  "$probe" from raw "$3" >out
}

patched vdi 0 'LUKS\272\276'; refused 'is encrypted' luks patched
patched qcow2 35 '\1'; refused 'is encrypted' qcow2 patched
patched qcow 39 '\1'; refused 'is encrypted' qcow patched
patched vdi 76 '\4'; refused 'differs from a parent' vdi patched
