#!/bin/bash
# SPDX-License-Identifier: MIT
# An export whose size does not fit into 63 bits is an error, as a source and
# as a destination.
. "${srcdir:-.}/tests/lib/convert/convert.sh"

random_file "$tmp/disk" 1M
cat >"$tmp/server" <<'END'
import socket, struct

NEVER, OPTION_REPLY = 1 << 63, 0x3E889045565A9
listening = socket.socket(fileno=3)
while True:
    client, _ = listening.accept()
    client.sendall(b"NBDMAGICIHAVEOPT" + struct.pack(">H", 3))
    client.recv(4, socket.MSG_WAITALL)
    while head := client.recv(16, socket.MSG_WAITALL):
        option, length = struct.unpack(">8xII", head)
        client.recv(length, socket.MSG_WAITALL)
        replies = [(0x80000001, b"")]  # unsupported
        if option == 7:  # NBD_OPT_GO
            replies = [(3, struct.pack(">HQH", 0, NEVER + 4096, 1)), (1, b"")]
        for kind, data in replies:
            reply = struct.pack(">QIII", OPTION_REPLY, option, kind, len(data))
            client.sendall(reply + data)
        if option == 7:
            break
    client.recv(1)
    client.close()
END

serve unix "$system_python" "$tmp/server"
uri="nbd+unix:///?socket=$sock"
words="9223372036854779904 bytes does not fit"
refuses "$words" "$nbdconvert" "$uri" "$tmp/d/out"
refuses "$words" "$nbdconvert" "$tmp/disk" "$uri"
refuses "$words" "$nbdconvert" --expand=1 "$tmp/disk" "$uri"
# shellcheck disable=SC2119  # no names: nothing at all
nothing_is_left
