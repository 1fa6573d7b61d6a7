# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Functions for the tests of codecs in shell.
. "${srcdir:-.}/tests/lib/functions.sh"

# Data of all kinds that disks hold.  Its size is no round number.
{
  head -c 1000000 "$builddir/lib/.libs/libnbd.so"
  head -c 700000 /dev/zero
  head -c 500001 /dev/urandom
  seq 100000
} >"$tmp/original"
: >"$tmp/nothing"

# decodes FILE ORIGINAL CODEC PARTS: FILE is decoded in all ways.
decodes ()
{
  local status=0 said
  said=$("$builddir/convert/tests/codecs/decode" "$1" "$2") || status=$?
  [ $status != 77 ] || skip "this build lacks the codec"
  [ $status = 0 ] || fail "${1##*/} is not decoded"
  [ "$said" = "$3 $4" ] || fail "${1##*/} is \"$said\", not \"$3 $4\""
}

# refuses TEXT FILE [MEMORY]: decoding in order fails with this message.
refuses ()
{
  local text=$1 status=0 said
  said=$("$builddir/convert/tests/codecs/decode" "$2" - "${@:3}") || status=$?
  [ $status != 77 ] || skip "this build lacks the codec"
  [ $status = 0 ] || fail "${2##*/} is not refused"
  [[ $said = *"$text"* ]] || fail "no \"$text\" for ${2##*/}: $said"
}
