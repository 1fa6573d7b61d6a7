#!/bin/bash
# SPDX-License-Identifier: MIT
# nbd+ssh connects through a real sshd to a server behind it that listens on
# TCP or on a Unix socket.
. "${srcdir:-.}/tests/lib/functions.sh"
. "${srcdir:-.}/tests/lib/convert/sshd.sh"
requires_nbdkit plugin pattern
requires ssh nc
grep -q -e -U <<<"$(nc -h 2>&1)" || skip "this nc does not know Unix sockets"
requires_uris

serve_ssh ""
ssh_port=$port
cat >"$tmp/ssh_config" <<END
BatchMode yes
IdentitiesOnly yes
IdentityFile $tmp/user-key
UserKnownHostsFile $tmp/known_hosts
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking yes
END
mkdir "$tmp/bin"
cat >"$tmp/bin/ssh" <<END
#!/bin/sh
exec $(command -v ssh) -F $tmp/ssh_config "\$@"
END
chmod +x "$tmp/bin/ssh"
PATH=$tmp/bin:$PATH
gateway=$(id -un)@127.0.0.1:$ssh_port

serve tcp4 nbdkit --foreground pattern 1M
expect 1048576 client "connect-uri nbd+ssh://$gateway/?nbd-port=$port" size

serve unix nbdkit --foreground pattern 2M
expect 2097152 client "connect-uri nbd+ssh://$gateway/?socket=$sock" size
