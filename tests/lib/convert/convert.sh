# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034  # tests use the variables that are set here
# Shared by the tests of nbdconvert, which begin with
#   . "${srcdir:-.}/tests/lib/convert/convert.sh"
. "${srcdir:-.}/tests/lib/convert/helpers.sh"

nbdconvert=$builddir/convert/nbdconvert
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$tmp/web"

# requires_ability FACT...: skip the test unless nbdconvert can do this in this
# build.
requires_ability ()
{
  local fact
  "$nbdconvert" --machine-readable >"$tmp/abilities"
  for fact; do
    grep -q -x -e "$fact.*" "$tmp/abilities" \
      || skip "this nbdconvert has no $fact"
  done
}

# make_disk FILE [MIB]: make a disk with a GPT and a file system, which has
# some files and holes.
make_disk ()
{
  local mib=${2:-64}
  requires sfdisk mkfs.ext4
  truncate -s "${mib}M" "$1"
  printf 'label: gpt\n,2M,L\n,,L\n' | sfdisk -q "$1"
  mkdir -p "$tmp/files"
  random_file "$tmp/files/data" 3000000
  seq 200000 >"$tmp/files/text"
  mkfs.ext4 -q -F -E offset=$((3 << 20)) -d "$tmp/files" "$1" \
    $(((mib - 4) * 1024))k
}

# nothing_is_left [NAME...]: the directory of the destination has only these
# files, and there is no temporary file.
nothing_is_left ()
{
  local left
  left=$(cd "$tmp/d" && ls -A)
  [ "$left" = "$(printf '%s\n' "$@")" ] || fail "there are: $left"
  left=$(ls -A "$TMPDIR")
  [ -z "$left" ] || fail "in the temporary directory are: $left"
}
mkdir "$tmp/d"

# same_content FILE FORMAT RAW: the image in FILE has the content of the raw
# file.
same_content ()
{
  local said
  said=$(qemu-img compare -f "$2" -F raw "$1" "$3") || fail "$1: $said"
}
