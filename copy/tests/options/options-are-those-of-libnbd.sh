#!/bin/bash
# SPDX-License-Identifier: MIT
# Names, abbreviations and positions of options are those that scripts use, and
# so are help, version and the lists for completion.
. "${srcdir:-.}/tests/lib/copy.sh"

random_file "$tmp/in" 300k
"$nbdcopy" --long-options | sort >"$tmp/have"
for option in help allocated blkhash blkhash-file connections \
  destination-is-zero flush no-extents progress queue-size request-size \
  requests sparse synchronous target-is-zero threads verbose version; do
  grep -qx -e "--$option" "$tmp/have" || fail "--$option is not there"
done
expect "$(printf '%s\n' -C -R -S -T -V -p -v)" \
  bash -c '"$0" --short-options | sort' "$nbdcopy"
"$nbdcopy" --help | grep -q -e '--resume=FILE'
"$nbdcopy" --version | grep -q '^nbdcopy '

try ()
{
  rm -f "$tmp/out"
  "$nbdcopy" "$@"
  same "$tmp/in" "$tmp/out"
}
try "$tmp/in" "$tmp/out" --synchronous
try --synch "$tmp/in" "$tmp/out"
try -C 4 -R 1 -T 2 -S 512 "$tmp/in" "$tmp/out"
try --connections 1 --queue-size 0 --request-size=1M "$tmp/in" "$tmp/out"
try --requests=64 --flush --threads=0 --sparse=0 "$tmp/in" "$tmp/out"
try --queue-size=1m --request-size=8K "$tmp/in" "$tmp/out"
"$nbdcopy" -v "$tmp/in" "$tmp/out" 2>"$tmp/stderr"
grep -qx "nbdcopy: src: file_ops \"$tmp/in\"" "$tmp/stderr"
grep -qx 'nbdcopy: src: size=307200 (300K), preferred block size=4096' \
  "$tmp/stderr"
grep -q '^nbdcopy: connections=[0-9]* requests=64 threads=' "$tmp/stderr"
