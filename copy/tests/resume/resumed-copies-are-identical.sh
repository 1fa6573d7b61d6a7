#!/bin/bash
# SPDX-License-Identifier: MIT
# nbdcopy is killed after a random number of bytes, and resumed, until it is
# done: the copy equals the source.  make check-long kills it 200 times.
. "${srcdir:-.}/tests/lib/copy.sh"
requires qemu-nbd

seed=${SEED:-$RANDOM}
echo "SEED=$seed"
RANDOM=$seed
size=$((24 << 20))
random_file "$tmp/in" $size
for at in 2 9 17; do
  dd if=/dev/zero of="$tmp/in" bs=1M seek=$at count=2 conv=notrunc status=none
done
truncate -s $size "$tmp/out-nbd"

# killer FILE: serve it through a proxy that kills nbdcopy after the number of
# bytes in $tmp/plan; sets uri.
killer ()
{
  serve unix qemu-nbd -t -e 8 -f raw "$1"
  serve_uri "$system_python" "$srcdir/tests/lib/killing-proxy.py" "$sock" \
    "$tmp/plan"
}
killer "$tmp/in"
from=$uri
killer "$tmp/out-nbd"
to=$uri
serve_uri qemu-nbd -r -t -e 8 -f raw "$tmp/in"
safe=$uri

kills=0
runs=12
[ -z "${CHECK_LONG-}" ] || runs=200
runs=${RUNS:-$runs}
copy ()
{
  "$nbdcopy" --resume="$tmp/journal" --checkpoint=256k --request-size=64k "$@"
}

# once FROM TO RESULT: copy, killed a few times, and then to the end; compare
# RESULT.
once ()
{
  local times=$((1 + RANDOM % 4)) status
  rm -f "$tmp/journal"
  while [ $times -gt 0 ]; do
    # Often after few bytes, so that a resumed copy is interrupted, too.
    echo $(((RANDOM * 32768 + RANDOM) % (size >> RANDOM % 8))) >"$tmp/plan"
    status=0
    copy "$1" "$2" 2>"$tmp/stderr" || status=$?
    case $status in
      0) break ;;
      137) kills=$((kills + 1)) ;;
      *) fail "exit status $status: $(cat "$tmp/stderr")" ;;
    esac
    times=$((times - 1))
  done
  echo -1 >"$tmp/plan"
  # It may be complete already.
  [ $times != 0 ] || copy "$1" "$2"
  [ ! -e "$tmp/journal" ] || fail "the journal is still there"
  same "$tmp/in" "$3"
}

while [ $kills -lt "$runs" ]; do
  random_file "$tmp/out" $size
  once "$from" "$tmp/out" "$tmp/out"
  for source in "$tmp/in" "$safe"; do
    head -c $size /dev/urandom | dd of="$tmp/out-nbd" conv=notrunc status=none
    once "$source" "$to" "$tmp/out-nbd"
  done
done
