# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Shared by the tests of nbdfuse, which begin with
#   . "${srcdir:-.}/tests/lib/fuse.sh"
. "${srcdir:-.}/tests/lib/functions.sh"

nbdfuse=$builddir/fuse/nbdfuse
[ -x "$nbdfuse" ] || skip "nbdfuse was not built"
[ -w /dev/fuse ] || skip "/dev/fuse is missing or may not be used"
requires fusermount3
mnt=$tmp/mnt
mkdir "$mnt"
on_exit+=("fusermount3 -u -z -q '$mnt' 2>/dev/null")
starts=0

# start ARGUMENT...: run nbdfuse until its mount works.  nbdfuse writes its
# pidfile then, and the pidfile is a fifo, so that the test can wait for it.
# Sets pid.
start ()
{
  ready=$tmp/ready.$((++starts))
  mkfifo -m "${ready_mode:-600}" "$ready"
  (
    trap - EXIT INT TERM HUP
    status=0
    "$nbdfuse" -P "$ready" "$@" 2>"$tmp/err" || status=$?
    echo "gone $status" >"$ready"
  ) &
  servers+=("$!")
  read -r pid status <"$ready" || fail "nbdfuse did not start"
  if [ "$pid" = gone ]; then
    cat "$tmp/err"
    ! grep -q 'cannot mount' "$tmp/err" || skip "nbdfuse cannot mount here"
    fail "nbdfuse ended with $status"
  fi
}

# ended_with STATUS: wait for the end of nbdfuse, which must leave no mount.
ended_with ()
{
  local gone status
  # Just after the start, nbdfuse has not closed the fifo yet.
  until read -r gone status <"$ready"; do :; done
  [ "$gone $status" = "gone $1" ] \
    || fail "nbdfuse ended with $gone $status: $(cat "$tmp/err")"
  ! mountpoint -q "$mnt" || fail "$mnt is still mounted"
}

ended ()
{
  ended_with 0
}

unmount ()
{
  fusermount3 -u "$mnt"
  ended
}

# many_read FILE COUNT BLOCKS: COUNT programs at once read BLOCKS blocks of 64
# KiB each, without the page cache.
many_read ()
{
  local i readers=()
  for ((i = 0; i < $2; i++)); do
    dd if="$1" of=/dev/null bs=64k count="$3" skip="$i" iflag=direct status=none &
    readers+=($!)
  done
  wait "${readers[@]}"
}

# fails COMMAND...: the command fails.  Its messages are in $tmp/failure.
fails ()
{
  ! "$@" >"$tmp/failure" 2>&1 || fail "this succeeded: $*"
}

# blocks_become COUNT: call stat until it has this number of blocks; each stat
# counts for a limited time only.
blocks_become ()
{
  local try blocks
  for try in {1..200}; do
    blocks=$(stat -c %b "$mnt/nbd")
    [ "$blocks" != "$1" ] || return 0
  done
  fail "$blocks blocks instead of $1, asked $try times"
}
