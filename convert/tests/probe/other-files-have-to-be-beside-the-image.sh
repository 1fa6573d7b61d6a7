#!/bin/bash
# SPDX-License-Identifier: MIT
# If an image was recognized by its content, a guest could have written it.
# So it may only refer to regular files below its directory: not through
# links, hidden names, protocols or files of an unnamed format, and not from a
# stream, a codec or a server.  The same holds for the files that it refers
# to.
. "${srcdir:-.}/tests/lib/copy.sh"
requires qemu-img

probe=$builddir/convert/tests/probe/probe
home=$tmp/home
mkdir -p "$home/sub/.hidden" "$home/.ssh"
cd "$home"
random_file "$tmp/secret" 1024k
cp "$tmp/secret" .ssh/key
for place in base sub/base sub/.hidden/base with:colon; do
  random_file "$place" 1024k
done
mkfifo pipe
ln -s "$tmp/secret" link
ln -s ../home inside
ln -s base good

# chain NAME [OPTION...]: make image, with NAME as backing file, which need
# not exist.
chain ()
{
  rm -f image
  qemu-img create -q -f qcow2 -u -b "$@" image 1M
}

# bad TEXT [FORMAT]: image is refused, with this message, unless the user says
# that it can be trusted.
bad ()
{
  local text=$1 got
  ! got=$("$probe" image) || fail "this may not be read: $text: $got"
  grep -q "^refused: .*$text.*--allow-backing" <<<"$got" \
    || fail "no \"$text\" in: $got"
  "$probe" allow image >/dev/null
  "$probe" from "${2:-qcow2}" image >/dev/null
  "$probe" from raw image >/dev/null
}

# missing: there is no such file, which nothing but --from raw helps against.
missing ()
{
  local got
  for how in "" allow "from qcow2"; do
    # shellcheck disable=SC2086
    ! got=$("$probe" $how image) || fail "$how: it refers to nothing: $got"
    grep -q "^refused: .*(backing file): .*: No such file" <<<"$got" \
      || fail "$how: it was: $got"
    ! grep -q -e --allow-backing <<<"$got" || fail "bad advice: $got"
  done
  "$probe" from raw image >/dev/null
}

# good: image may refer to its file, but not if it has no directory.
good ()
{
  grep -q ' refers$' <<<"$("$probe" image)" || fail "$("$probe" image)"
  for how in nowhere "stream nowhere"; do
    # shellcheck disable=SC2086
    ! "$probe" $how image >"$tmp/out" || fail "$how: it may refer to files"
  done
  "$probe" nowhere allow image >/dev/null
}

chain base -F raw; good
chain "$home/base" -F raw; good
chain sub/base -F raw; good
chain ./with:colon -F raw; good
chain good -F raw; good
chain inside/base -F raw; good

chain "$tmp/secret" -F raw; bad 'outside of its directory'
chain ../secret -F raw; bad 'outside of its directory'
chain sub/../../secret -F raw; bad 'outside of its directory'
chain link -F raw; bad 'outside of its directory'
chain /dev/null -F raw; bad 'outside of its directory'
chain .ssh/key -F raw; bad 'hidden'
chain sub/.hidden/base -F raw; bad 'hidden'
chain pipe -F raw; bad 'not a regular file'
chain sub -F raw; bad 'not a regular file'
chain none -F raw; missing
chain nbd://localhost/ -F raw; bad 'not a file in its directory'
chain nbd:unix:base -F raw; bad 'not a file in its directory'
chain with:colon -F raw; bad 'not a file in its directory'
chain 'json:{"driver":"file","filename":"base"}' -F raw
bad 'not a file in its directory'
chain $'base\e[2J' -F raw; missing
! "$probe" image | grep -q $'\e' || fail "the terminal is sent what is in it"

# unnamed NAME: the same as chain, without the format of NAME.
unnamed ()
{
  chain "$1" -F raw
  sed -i 's/\xe2\x79.\xca/\x12\x34\x56\x78/' image
}

# qemu would guess the format.
unnamed base; bad 'whose format it does not name'
qemu-img create -q -f qcow2 middle 1M
unnamed middle; good
printf '#\nversion=1\nRW 1 FLAT "/etc/passwd" 0\n' >middle
unnamed middle; bad 'whose format it does not name'
chain middle -F vmdk; bad 'not of the format that is named'
chain base -F vvfat; bad 'cannot be checked'

# The backing file must follow the rules, too.
rm middle
qemu-img create -q -f qcow2 -b base -F raw middle 1M
chain middle -F qcow2; good
qemu-img create -q -f qcow2 -b "$tmp/secret" -F raw middle 1M
chain middle -F qcow2; bad 'middle: this qcow2 image refers .*outside'
chain loop -F qcow2
mv image loop
chain loop -F qcow2; bad 'one too many'

# The directory that really holds the image counts.
mkdir "$tmp/elsewhere"
mv base "$tmp/elsewhere"
qemu-img create -q -f qcow2 -u -b "$home/sub/base" -F raw "$tmp/elsewhere/image" 1M
rm image
ln -s ../elsewhere/image image
bad 'outside of its directory'
mv "$tmp/elsewhere/base" .

# These formats do not say the format of a backing file.
rm image
qemu-img create -q -f qed -u -b "$tmp/secret" -F raw image 1M
bad 'outside of its directory' qed
qemu-img create -q -f qed -u -b base -F raw image 1M; good
qemu-img create -q -f qcow -u -b "$tmp/secret" -F raw image 1M
bad 'outside of its directory' qcow
qemu-img create -q -f qcow -u -b base -F raw image 1M
bad 'whose format it does not name' qcow

# External data files.
rm image
qemu-img create -q -f qcow2 -o data_file=data image 1M; good
rm image
qemu-img create -q -f qcow2 -o "data_file=$tmp/outside" image 1M
bad 'data file): .*outside of its directory'

# Extents and parents of vmdk.
for how in monolithicFlat twoGbMaxExtentSparse; do
  rm -f image*
  qemu-img create -q -f vmdk -o subformat=$how image 1M; good
  sed -i 's/"image-[^"]*"/"..\/secret"/' image
  bad 'extent): .*outside of its directory' vmdk
done
printf '# Disk DescriptorFile\nRW\n2048\nFLAT "/etc/passwd" 0\n' >image
bad 'extent): "/etc/passwd", .*outside' vmdk
printf '# Disk DescriptorFile\n\0RW 2048 FLAT\n\t"%s" 0\n' "$tmp/secret" >image
bad 'extent): .*outside of its directory' vmdk
printf '# Disk DescriptorFile\nRW 2048 ZERO\n' >image
bad 'cannot be checked' vmdk
rm image
qemu-img create -q -f vmdk base.vmdk 1M
qemu-img create -q -f vmdk -b base.vmdk -F vmdk image 1M; good
rm image
qemu-img create -q -f vmdk "$tmp/outside.vmdk" 1M
qemu-img create -q -f vmdk -b "$tmp/outside.vmdk" -F vmdk image 1M
bad 'parent): .*outside of its directory' vmdk

# If the capacity is zero, qemu takes the file for a descriptor of other
# files.
{
  printf 'KDMV\1\0\0\0\3\0\0\0'
  printf '\0\0\0\0\0\0\0\0\200\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0'
  head -c 476 /dev/zero
  printf '# Disk DescriptorFile\nRW 1 FLAT "/etc/passwd" 0\n'
} >image
bad 'extent): "/etc/passwd", .*outside' vmdk
cp image sparse
printf '# Disk DescriptorFile\nRW 2048 SPARSE "sparse"\n' >image
bad 'extent): "/etc/passwd", .*outside' vmdk
