# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2154  # variables of tests and tests/lib
# For tests in which a server is killed while a program uses it; after
# functions.sh or tls.sh.  make check-long kills servers more often.

kills=3
[ -z "${CHECK_LONG-}" ] || kills=100
image=
user=()

requires_servers ()
{
  requires_uris
  requires qemu-nbd qemu-img
  requires_nbdkit plugin file
  [ -r /proc/self/io ] || skip "the kernel does not count what processes read"
}

requires_fio ()
{
  requires fio
  theirs fio --enghelp 2>/dev/null | grep -qw nbd || skip "this fio has no nbd engine"
}

# new_image SERVER: make a disk of 64 MiB.  For qemu-nbd it is a qcow2 image,
# of which a kill loses what was not flushed.
new_image ()
{
  if [ "$1" = qemu-nbd ]; then
    image=$tmp/disk.qcow2
    qemu-img create -q -f qcow2 "$image" 64M
  else
    image=$tmp/disk
    rm -f "$image"
    truncate -s 64M "$image"
  fi
  chmod 666 "$image"
}

# every BYTES: print how many bytes have to pass between two kills, on average,
# if BYTES pass in all.
every ()
{
  echo $(($1 / (2 * kills)))
}

# restarting OPTION... SERVER TRANSPORT IMAGE COMMAND...: the command must
# succeed.  URI in it becomes the server's URI.
restarting ()
{
  local status=0
  "$@" 2>"$tmp/restarting" || status=$?
  [ "$status" = 0 ] \
    || fail "status $status of $*: $(cat "$tmp/out" 2>/dev/null || :)" \
            "$(tail -n 20 "$tmp/restarting")"
}

# was_killed TIMES: the server was killed so often.
was_killed ()
{
  grep -qx "$1 kills" "$tmp/restarting" \
    || fail "not killed $1 times: $(tail -n 3 "$tmp/restarting")"
}

# fio_survives SERVER TRANSPORT [OPTION]...: the distribution's fio, as $user,
# sees no error while it writes and verifies, nor when it verifies again after
# a last kill, which leaves only what was flushed.  With another library, fio
# would fail.
fio_survives ()
{
  local server=$1 transport=$2
  local fio=(fio "--aux-path=$tmp" "--output=$tmp/out" --name=verify --ioengine=nbd
             --uri=URI --rw=randwrite --bsrange=4k-64k --iodepth=16 --size=64M
             --randseed=7 --verify=crc32c --verify_fatal=1 --do_verify=1
             --fsync=64 --end_fsync=1)
  local run=(ours "$system_python" -B "$srcdir/tests/lib/restarting.py")
  shift 2
  new_image "$server"
  restarting "${run[@]}" --kills "$kills" --every "$(every 100000000)" "$@" \
    "$server" "$transport" "$image" "${user[@]}" "${fio[@]}"
  was_killed "$kills"
  grep -q 'err= 0' "$tmp/out" || fail "$(cat "$tmp/out")"
  restarting "${run[@]}" --kills 0 "$@" "$server" "$transport" "$image" \
    "${user[@]}" "${fio[@]}" --verify_only
  grep -q 'err= 0' "$tmp/out" || fail "$(cat "$tmp/out")"
  rm -f "$tmp"/linker.*
}

# python_survives SERVER TRANSPORT DIRECTORY [OPTION]...: the same for threads
# that share a handle.  DIRECTORY has the certificates; '' is none.
python_survives ()
{
  local server=$1 transport=$2
  local run=("$system_python" -B "$srcdir/tests/lib/restarting.py")
  local blocks=("$builddir/run" "$PYTHON" -B "$srcdir/tests/lib/numbered_blocks.py")
  local writes=$((kills < 10 ? 300 : 1500)) rest=(${3:+"$3"})
  shift 3
  new_image "$server"
  restarting "${run[@]}" --kills "$kills" --every "$(every $((writes * 65536)))" "$@" \
    "$server" "$transport" "$image" "${blocks[@]}" write URI "$writes" "${rest[@]}"
  was_killed "$kills"
  restarting "${run[@]}" --kills 0 "$@" "$server" "$transport" "$image" \
    "${blocks[@]}" verify URI "$writes" "${rest[@]}"
}
