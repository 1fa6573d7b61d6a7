#!/bin/bash
# SPDX-License-Identifier: MIT
# Of an image that was cut off, as by an interrupted download, qemu reads the
# missing data as zeroes.  Such an image is refused, with its format and
# without; the whole image is not, wherever its last data is.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-img

probe=$builddir/convert/tests/probe/probe
message="refused: .*its end is missing"

# whole_and_cut SIZE FORMAT [OPTION...]: SIZE bytes are left; if it is
# negative, so many are cut off.
whole_and_cut ()
{
  local size=$1 format=$2
  shift 2
  qemu-img convert -O "${format/%vhd/vpc}" "$@" "$tmp/disk" "$tmp/image"
  "$probe" "$tmp/image" >"$tmp/said" || fail "$format $*: $(cat "$tmp/said")"
  head -c "$size" "$tmp/image" >"$tmp/cut"
  for from in "" "from $format"; do
    # shellcheck disable=SC2086
    ! "$probe" $from "$tmp/cut" >"$tmp/said" || fail "$format $*, $size: accepted"
    grep -q "$message" "$tmp/said" || fail "it was: $(cat "$tmp/said")"
  done
}

random_file "$tmp/disk" 3M
for size in 3000 300000 3000000; do
  whole_and_cut $size qcow2
  whole_and_cut $size qcow2 -c
  whole_and_cut $size qcow2 -o cluster_size=512
done
whole_and_cut 300000 qcow2 -o cluster_size=1M
whole_and_cut 300000 qcow2 -o extended_l2=on
whole_and_cut 300000 qcow2 -o compat=0.10
whole_and_cut 300000 vdi
whole_and_cut 300000 vdi -o static=on
whole_and_cut 300000 vmdk
whole_and_cut 3000000 vmdk
whole_and_cut 100 parallels
whole_and_cut 3000000 parallels
for size in 3000 300000 -70000 -1; do
  whole_and_cut $size qcow
  whole_and_cut $size qed
  whole_and_cut $size qed -o cluster_size=4096
done
whole_and_cut 300000 vhd
whole_and_cut 2200000 vhdx -o block_size=1M
for options in "vhdx -o block_size=1M" "vhdx -o subformat=fixed,block_size=1M" \
  qcow2 "qcow2 -o cluster_size=512" "qcow2 -o extended_l2=on" vdi vmdk \
  parallels; do
  # shellcheck disable=SC2086
  whole_and_cut -1 $options
done

# Compressed clusters.
seq 300000 >"$tmp/disk"
truncate -s 1900k "$tmp/disk"
whole_and_cut 3000 qcow2 -c
whole_and_cut -2000 qcow2 -c
whole_and_cut 300000 vmdk -o subformat=streamOptimized
random_file "$tmp/disk" 3M

# A descriptor says how large its extents are.
for kind in monolithicFlat twoGbMaxExtentFlat; do
  qemu-img convert -O vmdk -o subformat=$kind "$tmp/disk" "$tmp/flat.vmdk"
  "$probe" "$tmp/flat.vmdk" >"$tmp/said" || fail "$kind: $(cat "$tmp/said")"
  truncate -s -1 "$tmp"/flat-*.vmdk
  ! "$probe" "$tmp/flat.vmdk" >"$tmp/said" || fail "$kind: accepted"
  grep -q "$message" "$tmp/said" || fail "it was: $(cat "$tmp/said")"
  rm "$tmp"/flat*
done
printf '# Disk DescriptorFile\nRW 8 FLAT "two" 0\nRW 8 FLAT "two" 8\n' \
  >"$tmp/two.vmdk"
truncate -s 8k "$tmp/two"
"$probe" "$tmp/two.vmdk" >"$tmp/said" || fail "two: $(cat "$tmp/said")"
truncate -s 8191 "$tmp/two"
! "$probe" "$tmp/two.vmdk" >"$tmp/said" || fail "two: accepted"
grep -q "$message" "$tmp/said" || fail "it was: $(cat "$tmp/said")"

# The files that an image names have to be whole, even if any are permitted.
# named_is_cut HOW... FILE
named_is_cut ()
{
  ! "$probe" "$@" >"$tmp/said" || fail "$*: accepted"
  grep -q "its end is missing" "$tmp/said" || fail "$*: $(cat "$tmp/said")"
}
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/cut"
qemu-img create -q -f qcow2 -b "$tmp/cut" -F qcow2 "$tmp/over" 3M
for how in "" allow "from qcow2"; do
  # shellcheck disable=SC2086
  "$probe" $how "$tmp/over" >"$tmp/said" || fail "over: $(cat "$tmp/said")"
done
truncate -s -1 "$tmp/cut"
for how in "" allow "from qcow2"; do
  # shellcheck disable=SC2086
  named_is_cut $how "$tmp/over"
done
named_is_cut allow "$tmp/two.vmdk"
named_is_cut from vmdk "$tmp/two.vmdk"

# Disks that end within a cluster.
for size in 1 512 65537 1049088; do
  random_file "$tmp/disk" $size
  for options in "-c" "-o preallocation=metadata" "-o preallocation=full" \
    "-o data_file=$tmp/data"; do
    # shellcheck disable=SC2086
    qemu-img convert -O qcow2 $options "$tmp/disk" "$tmp/image"
    "$probe" "$tmp/image" >"$tmp/said" || fail "$options: $(cat "$tmp/said")"
  done
  for format in vdi parallels qcow qed vhdx; do
    qemu-img convert -O $format "$tmp/disk" "$tmp/image"
    "$probe" "$tmp/image" >"$tmp/said" || fail "$format: $(cat "$tmp/said")"
  done
  # Of such a cluster, what is behind the end of the disk may be missing.
  truncate -s $(((8 << 20) + (size + 511) / 512 * 512)) "$tmp/image"
  "$probe" "$tmp/image" >"$tmp/said" || fail "$format: $(cat "$tmp/said")"
  for options in "" "-o subformat=streamOptimized"; do
    # shellcheck disable=SC2086
    qemu-img convert -O vmdk $options "$tmp/disk" "$tmp/image"
    "$probe" "$tmp/image" >"$tmp/said" || fail "vmdk: $(cat "$tmp/said")"
  done
done
