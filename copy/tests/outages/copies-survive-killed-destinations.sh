#!/bin/bash
# SPDX-License-Identifier: MIT
# The destination is killed again and again, and each time loses data that it
# had acknowledged and not flushed.  The copy continues, and in the end, after
# the server was killed once more, all data is there.
. "${srcdir:-.}/tests/lib/copy.sh"
. "$srcdir/tests/lib/restarting.sh"
. "$srcdir/copy/tests/outages/surviving.sh"
requires_servers

new_content "$tmp/in"
disk=$tmp/disk.qcow2
seed=0
for transport in unix tcp; do
  for options in "" "--verify --checkpoint=16M"; do
    new_qcow2 "$disk"
    # shellcheck disable=SC2086  # several
    killing $((++seed)) qemu-nbd $transport "$disk" "$nbdcopy" --flush \
      --reconnect-timeout=2m $options "$tmp/in" URI
    is_disk "$tmp/in" "$disk"
  done
done

# A stream cannot be read again; the library keeps the data.
new_qcow2 "$disk"
# shellcheck disable=SC2016  # for the other shell
killing $((++seed)) qemu-nbd unix "$disk" \
  bash -c '"$0" --flush --reconnect-timeout=2m - "$2" < <(cat "$1")' \
  "$nbdcopy" "$tmp/in" URI
is_disk "$tmp/in" "$disk"
