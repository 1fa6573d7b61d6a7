#!/bin/bash
# SPDX-License-Identifier: MIT
# If a server has several connections, a flush through any of them makes all
# data durable.  So if an idle connection is lost the copy still succeeds, and
# the others verify it.  If all connections are lost before the flush the copy
# fails, or with --retry is made again.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory filter log

# A proxy that ends connections at the first flush, before it passes the flush
# on: the other connections, the one with the flush, or all.
cat >"$tmp/proxy.py" <<'END'
import selectors, socket, sys
path, victims = sys.argv[1:]
FLUSH = b"\x25\x60\x95\x13\x00\x00\x00\x03"
listener = socket.socket(fileno=3)
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)
peers, clients, flushed = {}, [], False
def end(sock):
    for s in sock, peers[sock]:
        selector.unregister(s)
        del peers[s]
        s.close()
while True:
    for key, _ in selector.select():
        sock = key.fileobj
        if sock is listener:
            client, server = sock.accept()[0], socket.socket(socket.AF_UNIX)
            server.connect(path)
            clients.append(client)
            peers[client], peers[server] = server, client
            selector.register(client, selectors.EVENT_READ)
            selector.register(server, selectors.EVENT_READ)
            continue
        if sock not in peers:
            continue
        try:
            data = sock.recv(65536)
        except ConnectionError:
            data = b""
        if sock in clients and FLUSH in data and not flushed:
            flushed = True
            for client in [c for c in clients if c in peers]:
                if victims == "all" or (client is sock) == (victims == "this"):
                    end(client)
            if sock not in peers:
                continue
        try:
            peers[sock].sendall(data)
        except ConnectionError:
            data = b""
        if not data:
            end(sock)
END

random_file "$tmp/in" 1M
# dying WHICH: a server behind such a proxy.
dying ()
{
  : >"$tmp/log"
  serve unix nbdkit -f --filter=log memory 1M logfile="$tmp/log"
  direct="nbd+unix:///?socket=$sock"
  serve_uri "$system_python" "$tmp/proxy.py" "$sock" "$1"
}
copy ()
{
  "$nbdcopy" --flush --connections=3 --threads=3 "$@" "$tmp/in" "$uri" \
    2>"$tmp/stderr"
}
arrived ()
{
  "$nbdcopy" "$direct" "$tmp/out"
  same "$tmp/in" "$tmp/out"
}

for which in others this; do
  for verify in "" --verify; do
    dying $which
    copy $verify || fail "$which: $(cat "$tmp/stderr")"
    [ ! -s "$tmp/stderr" ] || fail "$which: $(cat "$tmp/stderr")"
    [ "$(grep -c ' Connect ' "$tmp/log")" = 3 ] \
      || fail "it had no 3 connections"
    grep -q ' Flush ' "$tmp/log" || fail "nothing was flushed"
    [ -z "$verify" ] || grep -q ' Read ' "$tmp/log" || fail "it was not verified"
    arrived
  done
done
dying all
refuses 'flush failed' "$nbdcopy" --flush -C 3 -T 3 "$tmp/in" "$uri"
dying all
copy --retry=5 || fail "$(cat "$tmp/stderr")"
grep -q 'and is open again' "$tmp/stderr" || fail "it was not opened again"
grep -q ' Flush ' "$tmp/log" || fail "nothing was flushed"
[ "$(grep -c ' Write ' "$tmp/log")" -gt 4 ] || fail "it was not copied again"
arrived
