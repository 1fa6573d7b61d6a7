#!/bin/bash
# SPDX-License-Identifier: MIT
# fio writes and verifies a qcow2 image through nbdfuse, over four connections
# with TLS, while qemu-nbd is killed, stopped and started late.  fio gets no
# error, and at the end finds all data that it flushed.  make check-long kills
# it 100 times.
. "${srcdir:-.}/tests/lib/fuse.sh"
. "$srcdir/tests/lib/tls.sh"
. "$srcdir/tests/lib/restarting.sh"
requires fio
requires_servers
requires_tls
requires_certificates
usual_certificates

uri="URI&tls-certificates=$tmp/client"
fio=(fio "--aux-path=$tmp" "--output=$tmp/out" --name=verify --filename=FILE
     --ioengine=libaio --direct=1 --rw=randwrite --bsrange=4k-64k --iodepth=32
     --size=64M --randseed=7 --verify=crc32c --verify_fatal=1 --do_verify=1
     --fsync=64 --end_fsync=1)

# verified KILLS [OPTION]...: fio succeeds while the server is killed so often.
verified ()
{
  restarting "$system_python" -B "$srcdir/tests/lib/restarting.py" --kills "$1" \
    --every "$(every 100000000)" --stop 1.5 --tls "$tmp/server" qemu-nbd unix "$image" \
    env -u LD_LIBRARY_PATH "srcdir=$srcdir" "$srcdir/tests/lib/mounts/with-nbdfuse.sh" -C 4 \
    --reconnect-timeout=5m --stall-timeout=1 "$uri" -- "${fio[@]}" "${@:2}"
  was_killed "$1"
  grep -q 'err= 0' "$tmp/out" || fail "$(cat "$tmp/out")"
}

new_image qemu-nbd
verified "$kills"
verified 0 --verify_only
