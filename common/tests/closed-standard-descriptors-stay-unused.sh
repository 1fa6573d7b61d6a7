#!/bin/bash -
# SPDX-License-Identifier: MIT
# Standard input, output or error may be closed when a tool is started.  Files
# and sockets that the tool opens do not get their numbers, so nothing that it
# prints reaches the server or a file.  If it cannot print its output, it
# fails.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/tools.sh"
requires_nbdkit plugin memory
requires_uris

random_file "$tmp/data" 4096
truncate -s 3072 "$tmp/data"
truncate -s 4096 "$tmp/data"
serve unix nbdkit -f memory 4096
uri="nbd+unix:///?socket=$sock"
export LIBNBD_DEBUG=1

# intact: the server has the data, and its connections were not disturbed.
"$builddir/copy/nbdcopy" "$tmp/data" "$uri" 2>"$tmp/debug"
intact ()
{
  "$builddir/copy/nbdcopy" "$uri" "$tmp/now" 2>"$tmp/debug"
  same "$tmp/data" "$tmp/now"
}

# without REDIRECTIONS PROGRAM ARGUMENT...: run it with descriptors closed.  The
# program must not be a script: bash would open the script with the number of
# a closed descriptor.
without ()
{
  ./run bash -c "exec \"\$@\" $1" bash "${@:2}"
}

# run STATUS PROGRAM ARGUMENT...: run it with each descriptor closed, and with
# all of them.  It has to exit with STATUS if standard output is closed, else
# with 0.
run ()
{
  local want=$1 status
  shift
  status=0; without '<&-' "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
  [ "$status" = 0 ] || fail "$* <&-: $status: $(grep -v debug: "$tmp/err")"
  status=0; without '2>&-' "$@" >"$tmp/out" || status=$?
  [ "$status" = 0 ] || fail "$* 2>&-: $status"
  status=0; without '>&-' "$@" 2>"$tmp/err" || status=$?
  [ "$status" = "$want" ] || fail "$* >&-: $status: $(cat "$tmp/err")"
  [ "$want" = 0 ] || refused 'standard output: Bad file descriptor'
  status=0; without '<&- >&- 2>&-' "$@" || status=$?
  [ "$status" = "$want" ] || fail "$* <&- >&- 2>&-: $status"
  intact
}

# refused TEXT: the message contains TEXT.
refused ()
{
  grep -q "$1" "$tmp/err" || fail "no \"$1\": $(cat "$tmp/err")"
}

# real PATH: the program that libtool's script runs.
real ()
{
  local program=${1%/*}/.libs/${1##*/}
  [ -x "$program" ] || program=$1
  echo "$program"
}

while read -r name tool _; do
  tool=$(real "$tool")
  case $name in
    nbdinfo) run 1 "$tool" "$uri" ;;
    nbddump) run 1 "$tool" "$uri" ;;
    nbdsh) run 0 "$PYTHON" "$tool" -u "$uri" -c 'print(h.get_size())' ;;
    nbdconvert) run 0 "$tool" -v --from=raw "$tmp/data" "$uri" ;;
    nbdcopy) run 0 "$tool" -v "$tmp/data" "$uri" ;;
    nbddiscard) run 1 "$tool" -v --yes --offset 3072 "$uri" ;;
    nbdzero) run 1 "$tool" -v --yes --offset 3072 "$uri" ;;
  esac
done < <(tools)

# To copy from or to a closed descriptor is refused, and nothing is changed.
nbdcopy=$(real "$builddir/copy/nbdcopy")
! without '>&-' "$nbdcopy" "$uri" - 2>"$tmp/err" || fail "copied to nothing"
refused 'standard output: it is not open for writing'
! without '<&-' "$nbdcopy" - "$uri" 2>"$tmp/err" || fail "copied from nothing"
refused 'standard input: it is not open for reading'
intact
[ -x sh/nbdsh ] || exit 0
[ -z "${LIBNBD_SANITIZERS-}" ] || exit 0
nbdsh=("$PYTHON" "$builddir/sh/nbdsh" -n)
for command in '' '-c-'; do
  ! without '<&-' "${nbdsh[@]}" $command 2>"$tmp/err" || fail "a script of nothing"
  refused 'nbdsh: standard input: it is not open for reading'
done
! without '>&-' "${nbdsh[@]}" 2>"$tmp/err" || fail "a dialogue without output"
refused 'nbdsh: standard output: it is not open for writing'
expect $'nbd> 2\nnbd> ' without '2>&-' "${nbdsh[@]}" <<<'print(2)'
