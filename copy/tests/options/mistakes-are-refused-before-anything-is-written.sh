#!/bin/bash
# SPDX-License-Identifier: MIT
# After a usage error, or if the source is too large or the destination is
# read-only, nbdcopy prints a message and exits with 1, and the destination
# stays as it is.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory

random_file "$tmp/in" 64k
random_file "$tmp/old" 64k
cp "$tmp/old" "$tmp/out"
for option in --connections=0 --requests=0 --request-size=5000 \
              --request-size=2k --request-size=64M --sparse=100 \
              --sparse=3000 --queue-size=1MB --queue-size=-1 --nonsense \
              --progress=x --rate=1.5M --retry=-1 --blkhash=rot13 \
              --bitmap=x --map=/nonexistent "--bitmap=x --map=y" \
              --context=base:allocation --offset=1E --threads=x; do
  # shellcheck disable=SC2086  # several
  refuses nbdcopy: "$nbdcopy" $option "$tmp/in" "$tmp/out"
  same "$tmp/old" "$tmp/out"
done
refuses 'a source and a destination' "$nbdcopy"
refuses 'a source and a destination' "$nbdcopy" "$tmp/in"
refuses 'no more' "$nbdcopy" "$tmp/in" "$tmp/out" "$tmp/in"
same "$tmp/old" "$tmp/out"
refuses 'No such file' "$nbdcopy" "$tmp/none" "$tmp/out"
refuses 'No such file' "$nbdcopy" "$tmp/in" "$tmp/none/out"
refuses 'directory' "$nbdcopy" "$tmp/in" "$tmp"
refuses 'No such file' "$nbdcopy" null: "$tmp/out"
refuses 'the same file' "$nbdcopy" "$tmp/out" "$tmp/out"
same "$tmp/old" "$tmp/out"

status=0
"$nbdcopy" --verify "$tmp/in" - >"$tmp/new" 2>"$tmp/stderr" || status=$?
[ "$status" = 1 ] || fail "verify what is write-only: status $status"
grep -q 'standard output cannot be read back' "$tmp/stderr"
[ ! -s "$tmp/new" ] || fail "something was written before it was refused"
rm "$tmp/new"

serve_uri nbdkit -f memory 32k
refuses '65536 bytes do not fit into 32768' "$nbdcopy" "$tmp/in" "$uri"
serve_uri nbdkit -f -r memory 64k
refuses 'read-only' "$nbdcopy" "$tmp/in" "$uri"
refuses 'nbd_' "$nbdcopy" "nbd+unix:///?socket=$tmp/none" "$tmp/out"
refuses '' "$nbdcopy" -- [ false ] "$tmp/out"
refuses '' "$nbdcopy" -- [ nbdkit null "$tmp/out"
same "$tmp/old" "$tmp/out"

# A command that is refused leaves no new destination behind.
leaves_nothing ()
{
  local text=$1
  shift
  refuses "$text" "$nbdcopy" "$@"
  [ ! -e "$tmp/new" ] || fail "a destination is left by: $*"
}
leaves_nothing 'no more' "$tmp/in" "$tmp/new" "$tmp/in"
leaves_nothing 'more than the source' --length=1M "$tmp/in" "$tmp/new"
leaves_nothing 'larger than the destination' --destination-length=1k \
  "$tmp/in" "$tmp/new"
leaves_nothing 'not an NBD server' --bitmap=x "$tmp/in" "$tmp/new"
leaves_nothing 'cannot be resumed' --resume="$tmp/journal" - "$tmp/new" \
  < <(cat "$tmp/in")
echo '[ { "offset": 0 } ]' >"$tmp/map"
leaves_nothing 'an extent needs' --map="$tmp/map" "$tmp/in" "$tmp/new"
ln -s "$tmp/new" "$tmp/link"
leaves_nothing "a symbolic link to $tmp/new, which does not exist" \
  "$tmp/in" "$tmp/link"
[ -L "$tmp/link" ] || fail "the link is gone"
