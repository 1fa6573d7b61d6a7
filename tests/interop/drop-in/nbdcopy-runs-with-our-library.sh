#!/bin/bash
# SPDX-License-Identifier: MIT
# The distribution's nbdcopy runs with our library: from and to servers, files
# and pipes, with and without threads, and with sparse images.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires nbdcopy qemu-nbd qemu-img
requires_nbdkit plugin memory plugin sparse-random plugin file

random_file "$tmp/raw" 12345678
serve unix nbdkit -f memory 12345678
uri="nbd+unix:///?socket=$sock"
ours nbdcopy "$tmp/raw" "$uri"
loaded_ours
for options in "" --synchronous "--connections=1 --requests=1" \
               "--connections=4 --requests=64 --threads=2" --no-extents; do
  # shellcheck disable=SC2086  # several options
  ours nbdcopy $options "$uri" "$tmp/out"
  loaded_ours
  same "$tmp/raw" "$tmp/out"
  rm "$tmp/out"
done
ours nbdcopy "$uri" - >"$tmp/out"
same "$tmp/raw" "$tmp/out"

# Copy between two servers, and to and from a server that nbdcopy starts.
truncate -s 64M "$tmp/disk"
serve unix nbdkit -f sparse-random 64M seed=3 percent=20
from="nbd+unix:///?socket=$sock"
serve unix nbdkit -f file "$tmp/disk"
ours nbdcopy --connections=4 "$from" "nbd+unix:///?socket=$sock"
ours nbdcopy "$from" "$tmp/random"
loaded_ours
same "$tmp/random" "$tmp/disk"

qemu-img create -q -f qcow2 "$tmp/disk.qcow2" 12345678
qemu-img resize -q -f qcow2 "$tmp/disk.qcow2" 16M
ours nbdcopy --flush -- "$tmp/raw" [ qemu-nbd -f qcow2 "$tmp/disk.qcow2" ]
ours nbdcopy -- [ qemu-nbd -r -f qcow2 "$tmp/disk.qcow2" ] "$tmp/back"
loaded_ours
cmp -n 12345678 "$tmp/raw" "$tmp/back"
