#!/bin/bash
# SPDX-License-Identifier: MIT
# A server is killed while no request is in progress: the message about that has
# a reason, too.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory
requires_uris

serve unix nbdkit -f --exit-with-parent memory 1M
start "$mnt" "nbd+unix:///?socket=$sock"
kill -KILL "$server"
read -r said < <(tail -n +1 -F --pid="$pid" "$tmp/err" 2>/dev/null)
[[ $said = *"the server has gone"*": it closed the connection"* ]] \
  || fail "it said: $said"
fails dd if="$mnt/nbd" of=/dev/null bs=4k count=1
unmount
