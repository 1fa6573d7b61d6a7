#!/bin/bash
# SPDX-License-Identifier: MIT
# Small disks with random extents are copied between random kinds of endpoints
# with random options, and compared with cmp.  make check-long copies 1000
# disks.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin file filter blocksize-policy

seed=${SEED:-$RANDOM}
echo "SEED=$seed"
RANDOM=$seed
pick () { shift $((RANDOM % $#)); printf '%s' "$1"; }

make_disk ()
{
  "$system_python" - "$1" "$RANDOM$RANDOM" <<'END'
import random, sys
r = random.Random(int(sys.argv[2]))
with open(sys.argv[1], "wb") as f:
    size = r.choice([r.randrange(1, 9000), r.randrange(1, 3 << 20),
                     r.randrange(1, 3 << 11) * 512])
    f.truncate(size)
    for _ in range(r.randrange(12)):
        at = r.randrange(size)
        n = min(size - at, r.choice([r.randrange(9000), r.randrange(1 << 19)]))
        f.seek(at)
        f.write(r.choice([r.randbytes(n), bytes(n), b"\1" + bytes(n)[1:]]))
END
}

# options: print random options that do not change the content.
options ()
{
  pick "" --synchronous --no-extents --allocated --flush --verify; echo
  pick "" --connections=1 --requests=2 --threads=4 --queue-size=64k; echo
  pick "" --request-size=4k --request-size=64k --request-size=1M; echo
  pick "" --sparse=0 --sparse=512 --sparse=64k; echo
}

runs=40
[ -z "${CHECK_LONG-}" ] || runs=1000
lost ()
{
  fail "SEED=$seed, disk $run: $from $to ${chosen[*]} block=$block"
}

for run in $(seq "${RUNS:-$runs}"); do
  make_disk "$tmp/in"
  random_file "$tmp/out" "$(stat -c %s "$tmp/in")"
  mapfile -t chosen < <(options | grep -v '^$' || :)
  block=$(pick "" "" 512 4096)
  from=$tmp/in to=$tmp/out
  if [ -n "$block" ]; then
    truncate -s %"$block" "$tmp/in"
    random_file "$tmp/out" "$(stat -c %s "$tmp/in")"
    set -- --filter=blocksize-policy blocksize-minimum="$block" \
      blocksize-preferred=4096 blocksize-maximum=128k \
      blocksize-error-policy=error
  else
    set --
  fi
  case $(pick file nbd both-nbd stdin stdout) in
    nbd) serve_uri nbdkit -f file "$tmp/out" "$@"; to=$uri ;;
    both-nbd) serve_uri nbdkit -f file "$tmp/in" "$@"; from=$uri
              serve_uri nbdkit -f file "$tmp/out" "$@"; to=$uri ;;
    stdin) from=- ;;
    stdout) serve_uri nbdkit -f file "$tmp/in" "$@"; from=$uri to=- ;;
  esac
  [ "$to" != - ] || mapfile -t chosen < <(printf '%s\n' "${chosen[@]}" \
                                          | grep -v 'verify\|^$' || :)
  if [ "$to" = - ]; then
    "$nbdcopy" "${chosen[@]}" "$from" - | cat >"$tmp/out" || lost
  else
    "$nbdcopy" "${chosen[@]}" "$from" "$to" < <(cat "$tmp/in") || lost
  fi
  cmp "$tmp/in" "$tmp/out" || lost
  [ ${#servers[@]} = 0 ] || { kill "${servers[@]}"
                              wait "${servers[@]}" || :; servers=(); }
done
