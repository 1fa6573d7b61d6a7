#!/bin/bash
# SPDX-License-Identifier: MIT
# --plan shows which partition grows, by how much, and what has to move, if
# the disk can be examined; nothing is written.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk
requires qemu-img qemu-nbd gzip
nbdconvert=${NBDCONVERT:-$builddir/convert/nbdconvert}
[ -x "$nbdconvert" ] || skip "nbdconvert was not built"

cd "$tmp"
gpt_disk disk.img 64
sgdisk -c 1:'a "root"' disk.img >/dev/null
qemu-img convert -O qcow2 disk.img disk.qcow2
gzip -k disk.img

# plan ARGUMENT...: write the plan to the file plan.
plan ()
{
  "$nbdconvert" --size=100M "$@" out.img >plan || fail "$*: no plan"
  [ ! -e out.img ] || fail "$*: there is a file"
}

# tells LINE...: the plan has all of these lines.
tells ()
{
  local line
  for line; do
    grep -q -x -e "$line" plan || fail "$line is missing: $(cat plan)"
  done
}

for source in disk.img disk.qcow2; do
  plan --plan --expand=1 --move $source
  tells ' [0-9]  move partitions   nbdconvert  .*' \
    ' [0-9]  expand partition  nbdconvert  .*' \
    'Partition 1 "a \\"root\\"": 1.0M becomes 95.0M' \
    'Partition 2 (2.0M) moves by 93.0M: it is copied'
  plan --plan --expand=last --move $source
  tells 'Partition 2: 2.0M becomes 95.0M'
  ! grep "move" plan || fail "something moves"
done
plan --plan --expand=last disk.img.gz
tells ' [0-9]  expand partition  nbdconvert  .*' \
  'Whether the partition can grow, and what has to move for that, is found'

plan --plan=json --expand=1 --move disk.qcow2
"$system_python" - plan <<'END'
import json, sys
growth = json.load(open(sys.argv[1], encoding="utf-8"))["growth"]
MIB = 1 << 20
move = {"partition": 2, "from": 4 * MIB, "to": 97 * MIB, "size": 2 * MIB, "remade": False}
wanted = {"partition": 1, "name": 'a "root"', "start": 2 * MIB, "old-size": MIB,
          "size": 95 * MIB, "file-system": None, "moves": [move]}
assert growth == wanted, growth
END
plan --plan=json --expand=1 disk.img.gz
grep -q '^  "growth": null,$' plan || fail "$(cat plan)"
