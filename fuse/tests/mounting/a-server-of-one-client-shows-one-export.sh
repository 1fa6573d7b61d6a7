#!/bin/bash
# SPDX-License-Identifier: MIT
# For a second one there would be a second connection, which such a server
# leaves with the kernel as long as there is the first.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires qemu-nbd qemu-storage-daemon
requires_uris

truncate -s 1M "$tmp/one"
truncate -s 2M "$tmp/two"

# Its only client is the one that asks for the list; after it, it ends.
serve unix qemu-nbd -f raw -x one "$tmp/one"
start --exports "$mnt" --unix "$sock"
expect 1048576 stat -c %s "$mnt/one"
unmount

# daemon NAME...: serve these files to one client at a time.
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
