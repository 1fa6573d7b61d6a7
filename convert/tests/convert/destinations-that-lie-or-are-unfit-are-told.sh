#!/bin/bash
# SPDX-License-Identifier: MIT
# There is an error for an NBD server that is too small, is read-only, or
# forgets what was written, and for unusable options of formats.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img
requires_nbdkit plugin eval plugin memory

make_disk "$tmp/disk" 16
# refuses_uri TEXT OPTION...  COMMAND...: start this server, which is the
# destination of the conversion.
refuses_uri ()
{
  local text=$1 options=()
  shift
  while [[ $1 = --* ]]; do options+=("$1"); shift; done
  serve unix "$@"
  refuses "$text" "$nbdconvert" "${options[@]}" "$tmp/disk" "nbd+unix:///?socket=$sock"
  stop_server
}
forgets=(nbdkit -f eval get_size='echo 16M' pread="head -c \$3 /dev/zero"
         pwrite='cat >/dev/null' flush=true can_write=true can_flush=true)
refuses_uri "do not fit into 4194304" nbdkit -f memory 4M
refuses_uri "the destination is read-only" nbdkit -f -r memory 16M
refuses_uri "cannot be changed here to 33554432" --size=32M nbdkit -f memory 16M
refuses_uri "verification failed" --verify "${forgets[@]}"
serve unix nbdkit -f memory 32M
"$nbdconvert" --size=32M --verify "$tmp/disk" "nbd+unix:///?socket=$sock"

refuses "qemu-img: .*bad" "$nbdconvert" --format-option=bad=1 "$tmp/disk" "$tmp/d/a.qcow2"
refuses "raw image has none" "$nbdconvert" --format-option=a=1 "$tmp/disk" "$tmp/d/a"
refuses "it is KEY=VALUE" "$nbdconvert" --format-option=a "$tmp/disk" "$tmp/d/a.qcow2"
refuses "can only be made in a file" "$nbdconvert" --to=vmdk "$tmp/disk" -
: >"$tmp/empty"
refuses "a vmdk image cannot be empty" "$nbdconvert" "$tmp/empty" "$tmp/d/a.vmdk"
nothing_is_left
for to in raw qcow2 vdi vhdx vhd; do
  "$nbdconvert" "$tmp/empty" "$tmp/d/a.$to"
  rm "$tmp/d/a.$to"
done
for option in cluster_size=2M preallocation=metadata; do
  "$nbdconvert" --format-option=$option "$tmp/disk" "$tmp/d/a.qcow2"
  same_content "$tmp/d/a.qcow2" qcow2 "$tmp/disk"
done
"$nbdconvert" --format-option=subformat=streamOptimized "$tmp/disk" "$tmp/d/a.vmdk"
same_content "$tmp/d/a.vmdk" vmdk "$tmp/disk"

# The reader of standard output may close it, and its disk may be full.
refuses "standard output.*No space left" bash -c "exec '$nbdconvert' '$tmp/disk' - >/dev/full"
status=0
"$nbdconvert" "$tmp/disk" - | head -c 1 >/dev/null || status=${PIPESTATUS[0]}
[ "$status" = 141 ] || fail "status $status instead of SIGPIPE"
nothing_is_left a.qcow2 a.vmdk
