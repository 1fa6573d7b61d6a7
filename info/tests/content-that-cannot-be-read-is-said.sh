#!/bin/bash -
# SPDX-License-Identifier: MIT
# If an export cannot be read it is shown with the reason instead of its
# content, and the exit status is 0.  If only its beginning can be read, that is
# enough.  Whole blocks are read.
. "${srcdir:-.}/tests/lib/functions.sh"
requires jq file
requires_nbdkit plugin pattern filter error
requires_nbdkit plugin eval filter blocksize-policy

# info ARGUMENT...: print the content of nbdkit's export, and its error.
info ()
{
  "$builddir/info/nbdinfo" --json [ nbdkit "$@" ] 2>"$tmp/err" \
    | jq -r '.exports[] | .content, ."content-error"'
}

expect "null
nbd_pread: read: command failed: the server reported error 5 for 512 bytes at offset 0: Input/output error" \
  info pattern 1M --filter=error error-pread-rate=100%
"$builddir/info/nbdinfo" [ nbdkit pattern 1M --filter=error error-pread-rate=100% ] \
  >"$tmp/out" 2>"$tmp/err" || fail "status $?"
grep -q $'^\tcontent: cannot be read: nbd_pread: .*: Input/output error$' "$tmp/out" \
  || fail "it is not said: $(cat "$tmp/out")"
! grep -q '^nbdinfo:' "$tmp/err" || fail "$(cat "$tmp/err")"

# shellcheck disable=SC2016
info eval get_size='echo 1M' \
  pread='[ $(($3 + $4)) -le 4096 ] || exit 1
         [ "$4" -ne 0 ] || printf "\037\213\010\0\0\0\0\0\0\003"
         head -c "$(($3 - ($4 == 0) * 10))" /dev/zero' >"$tmp/out"
grep -q '^gzip compressed data' "$tmp/out" || fail "the content is $(cat "$tmp/out")"
expect "data
null" info pattern 1M --filter=blocksize-policy blocksize-minimum=65536 \
  blocksize-preferred=65536 blocksize-maximum=65536 blocksize-error-policy=error
expect "data
null" info pattern 1M --filter=blocksize-policy blocksize-minimum=512 \
  blocksize-preferred=4096 blocksize-maximum=4096 blocksize-error-policy=error
