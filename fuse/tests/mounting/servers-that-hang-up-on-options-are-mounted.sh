#!/bin/bash
# SPDX-License-Identifier: MIT
# If a server hangs up on extended headers and on structured replies, nbdfuse
# connects again without them.  Further connections do not ask for them at all.
. "${srcdir:-.}/tests/lib/fuse.sh"

serve unix "$system_python" -c '
import socket, sys, threading
import nbd_server

class Server(nbd_server.Server):
    hangs_up_on = frozenset([11, 8])

class Connection(nbd_server.Connection):
    def option(self):
        try:
            return super().option()
        finally:
            print("option", *self.options[-1:], file=log, flush=True)

log = open(sys.argv[1], "w")
server = Server(1 << 20)
server.disk[:5] = b"hello"
listener = socket.socket(fileno=3)
while True:
    client, _ = listener.accept()
    threading.Thread(target=Connection(server, client).serve).start()
' "$tmp/options"

start --connections=3 "$mnt/disk" "nbd+unix:///?socket=$sock"
[ "$(head -c 5 "$mnt/disk")" = hello ] || fail "the disk has something else"
# Further connections are made when many requests are in flight.
for _ in {1..50}; do
  [ "$(wc -l <"$tmp/options")" -lt 5 ] || break
  many_read "$mnt/disk" 16 1
done
unmount
printf 'option %s\n' 11 8 7 7 7 >"$tmp/want"
same "$tmp/want" "$tmp/options"
[ ! -s "$tmp/err" ] || fail "$(cat "$tmp/err")"
