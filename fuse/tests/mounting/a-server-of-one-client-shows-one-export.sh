#!/bin/bash
# SPDX-License-Identifier: MIT
# A second export would need a second connection, which such a server does not
# accept while it has the first one.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires qemu-nbd qemu-storage-daemon
requires_uris

truncate -s 1M "$tmp/one"
truncate -s 2M "$tmp/two"

# This server ends after its first client, which asks for the list.
serve unix qemu-nbd -f raw -x one "$tmp/one"
start --exports "$mnt" --unix "$sock"
expect 1048576 stat -c %s "$mnt/one"
unmount

# daemon NAME...: serve the files of these names, to one client at a time.
daemon ()
{
  local name words=()
  for name; do
    words+=(--blockdev "file,node-name=$name,filename=$tmp/$name"
            --export "nbd,id=$name-export,node-name=$name,name=$name")
  done
  serve unix qemu-storage-daemon \
    --nbd-server addr.type=fd,addr.str=3,max-connections=1 "${words[@]}"
}

daemon one
start --exports "$mnt" --unix "$sock"
expect one ls "$mnt"
unmount

daemon one two
fails "$nbdfuse" --exports "$mnt" --unix "$sock"
grep -q 'two: the server does not answer another connection; it may serve one client' \
  "$tmp/failure" || fail "$(cat "$tmp/failure")"
grep -q 'each of 2 exports; name one' "$tmp/failure" || fail "$(cat "$tmp/failure")"
start "$mnt" "nbd+unix:///two?socket=$sock"
expect 2097152 stat -c %s "$mnt/nbd"
unmount
