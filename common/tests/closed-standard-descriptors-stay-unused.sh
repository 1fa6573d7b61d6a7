#!/bin/bash -
# SPDX-License-Identifier: MIT
# Standard input, output or error may be closed when a tool is started.  What
# it opens does not get their numbers, so nothing that it prints reaches the
# server or a file, and that it cannot print is an error as ever.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/tools.sh"
requires_nbdkit plugin memory
requires_uris

random_file "$tmp/data" 4096
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

# run STATUS COMMAND...: in a loop over what is closed.
run ()
{
  local want=$1 status
  shift
  status=0; "$@" >"$tmp/out" 2>"$tmp/err" <&- || status=$?
  [ "$status" = 0 ] || fail "$* <&-: $status: $(grep -v debug: "$tmp/err")"
  status=0; "$@" 2>&- >"$tmp/out" || status=$?
  [ "$status" = 0 ] || fail "$* 2>&-: $status"
  status=0; "$@" >&- 2>"$tmp/err" || status=$?
  [ "$status" = "$want" ] || fail "$* >&-: $status: $(cat "$tmp/err")"
  status=0; "$@" <&- >&- 2>&- || status=$?
  [ "$status" = "$want" ] || fail "$* <&- >&- 2>&-: $status"
  intact
}

while read -r name tool _; do
  case $name in
    nbdinfo) run 1 "$tool" "$uri" ;;
    nbddump) run 1 "$tool" "$uri" ;;
    nbdsh) run 0 ./run "$PYTHON" "$tool" -u "$uri" -c 'print(h.get_size())' ;;
    nbdcopy) run 0 "$tool" -v "$tmp/data" "$uri" ;;
  esac
done < <(tools)

# What was asked for on them is refused, and nothing is changed.
nbdcopy=$builddir/copy/nbdcopy
refused ()
{
  grep -q "$1" "$tmp/err" || fail "no \"$1\": $(cat "$tmp/err")"
}
! "$nbdcopy" "$uri" - >&- 2>"$tmp/err" || fail "copied to nothing"
refused 'standard output: it is not open for writing'
! "$nbdcopy" - "$uri" <&- 2>"$tmp/err" || fail "copied from nothing"
refused 'standard input: it is not open for reading'
intact
