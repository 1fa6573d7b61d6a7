# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034  # tests use the variables that are set here
# Shared by the tests in shell, which begin with
#   . "${srcdir:-.}/tests/lib/functions.sh"
# and run in the top build directory.

set -eu -o pipefail

srcdir=$(cd "${srcdir:-.}" && pwd)
builddir=$PWD
client=$builddir/tests/lib/client/client
library_dir=$builddir/lib/.libs
system_python=/usr/bin/python3
unset LIBNBD_DEBUG LISTEN_PID LISTEN_FDS LISTEN_FDNAMES
export LC_ALL=C

# The test client splits its commands at spaces, and a socket's path must be
# short.
case ${TMPDIR:-/tmp} in
  *\ * | ??????????????????????????????????????????????????*) TMPDIR=/tmp ;;
esac
tmp=$(mktemp -d "${TMPDIR:-/tmp}/causeway-XXXXXX")
servers=()
sockets=0
on_exit=()

cleanup ()
{
  local status=$? command
  trap - EXIT
  trap '' INT TERM HUP
  set +e
  for command in "${on_exit[@]}"; do eval "$command"; done
  if [ ${#servers[@]} -gt 0 ]; then
    kill "${servers[@]}" 2>/dev/null
    wait "${servers[@]}" 2>/dev/null
  fi
  rm -rf "$tmp"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

skip ()
{
  echo "SKIP: $*"
  exit 77
}

fail ()
{
  echo "FAIL: $*" >&2
  exit 1
}

# requires PROGRAM...: skip the test unless all of them are installed.
requires ()
{
  local program
  for program; do
    command -v "$program" >/dev/null || skip "$program is not installed"
  done
}

# requires_nbdkit [plugin|filter NAME]...: skip the test unless nbdkit has
# them.
requires_nbdkit ()
{
  requires nbdkit
  while [ $# -gt 0 ]; do
    case $1 in
      plugin)
        theirs nbdkit "$2" --dump-plugin >/dev/null 2>&1 \
          || skip "this nbdkit has no $2 plugin" ;;
      filter)
        theirs nbdkit --filter="$2" null --dump-plugin >/dev/null 2>&1 \
          || skip "this nbdkit has no $2 filter" ;;
    esac
    shift 2
  done
}

# requires_module: skip the test unless our Python module was built.
requires_module ()
{
  ./run "$PYTHON" -c 'import nbd' 2>/dev/null || skip "no Python module was built"
}

# requires_uris: skip the test unless the library can parse URIs.  The URI here
# has no socket, so nothing is connected.
requires_uris ()
{
  ! "$client" 'fails ENOTSUP connect-uri nbd+unix:///' 2>/dev/null \
    || skip "this library was built without support for URIs"
}

# requires_option PROGRAM OPTION: skip the test unless the help of the program
# mentions the option.  In a pipe, grep might end before the program has
# written all.
requires_option ()
{
  grep -q -e "$2" <<<"$("$1" --help 2>&1)" || skip "this $1 has no $2"
}

# serve KIND COMMAND...: start a server in the background.  Its socket, which
# it gets by socket activation, listens when this returns.  KIND is unix, tcp4,
# tcp6, vsock or refusing4.  Sets server, and sock or port.
serve ()
{
  local kind=$1 line fd
  shift
  sock=$tmp/sock.$((++sockets))
  case $kind in
    tcp* | refusing4) # many tests use this name, which a bare chroot lacks
      getent hosts localhost >/dev/null \
        || skip "localhost has no address here, see /etc/hosts" ;;
  esac
  exec {fd}< <(exec "$system_python" "$srcdir/tests/lib/listen.py" \
                 "$kind" "$sock" "$@")
  server=$!
  servers+=("$server")
  read -r line <&"$fd" || fail "cannot start $1"
  exec {fd}<&-
  case $line in
    skip*) skip "${line#skip }" ;;
  esac
  port=$line
}

# stop_server: end the server that was started last, and wait for its end.
stop_server ()
{
  kill "$server"
  wait "$server" || :
  unset 'servers[-1]'
}

client ()
{
  "$client" "$@"
}

# expect TEXT COMMAND...: the command succeeds and prints only TEXT.
expect ()
{
  local want=$1 got
  shift
  got=$("$@") || fail "this failed: $*"
  [ "$got" = "$want" ] || fail "$*"$'\n'"expected: $want"$'\n'"got: $got"
}

# same FILE FILE: the files are equal.
same ()
{
  cmp "$1" "$2" || fail "$1 and $2 differ"
}

# wait_until COMMAND...: repeat the command until it succeeds.  Only the time
# limit of the test ends this wait.
wait_until ()
{
  until "$@"; do read -r -t 0.02 <> <(:) || :; done
}

# random_file FILE BYTES: make a file of random bytes.
random_file ()
{
  head -c "$2" /dev/urandom >"$1"
}

# same_range FILE FILE OFFSET COUNT: the files are equal in this range.
same_range ()
{
  cmp -i "$3" -n "$4" "$1" "$2" || fail "$1 and $2 differ in $4 bytes at $3"
}

# zero_range FILE OFFSET COUNT: the file has only zeroes in this range.
zero_range ()
{
  cmp -i "$2:0" -n "$3" "$1" /dev/zero || fail "$1 is not zero at $2"
}

# theirs COMMAND...: run a program of the distribution with the distribution's
# libraries.
theirs ()
{
  env -u LD_LIBRARY_PATH -u PYTHONPATH "$@"
}

# ours COMMAND...: run a program of the distribution with our library.  After
# that, loaded_ours fails unless the dynamic linker has initialised our
# library.
ours ()
{
  local preload=
  [ -e "$library_dir/libnbd.so.0" ] || skip "no shared library was built"
  # A library with a sanitizer needs the run-time library of AddressSanitizer
  # first.  If that of UndefinedBehaviorSanitizer is loaded as well, programs
  # that load p11-kit never end.
  preload=$(ldd "$library_dir/libnbd.so.0" | awk '$1 ~ /^libasan/ { print $3 }')
  (
    # The build tree's Python module must not hide the distribution's.
    unset PYTHONPATH
    export LD_LIBRARY_PATH=$library_dir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    export LD_DEBUG=libs LD_DEBUG_OUTPUT=$tmp/linker
    export ASAN_OPTIONS=detect_leaks=0
    [ -z "$preload" ] || export LD_PRELOAD=$preload
    exec "$@"
  )
}

loaded_ours ()
{
  grep -q "calling init: $library_dir/libnbd.so.0" "$tmp"/linker.* \
    || fail "our libnbd.so.0 was not loaded"
  ! grep "calling init: .*/libnbd.so" "$tmp"/linker.* \
    | grep -v "$library_dir/" || fail "another libnbd.so was loaded"
  rm -f "$tmp"/linker.*
}
