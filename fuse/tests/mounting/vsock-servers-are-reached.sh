#!/bin/bash
# SPDX-License-Identifier: MIT
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory
serve vsock nbdkit -f --exit-with-parent memory 1M
start "$mnt" --vsock 1 "$port"
expect 1048576 stat -c %s "$mnt/nbd"
zero_range "$mnt/nbd" 0 1048576
unmount
