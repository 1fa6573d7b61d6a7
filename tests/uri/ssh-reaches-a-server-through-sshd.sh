#!/bin/bash
# SPDX-License-Identifier: MIT
# nbd+ssh goes through a real sshd to a server that listens on TCP or on a
# Unix socket behind it.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin pattern
requires ssh ssh-keygen nc
sshd=$(PATH=$PATH:/usr/sbin command -v sshd) || skip "sshd is not installed"
grep -q -e -U <<<"$(nc -h 2>&1)" || skip "this nc does not know Unix sockets"
requires_uris
# sshd keeps what it does not trust in an empty directory of this name.
[ "$(id -u)" != 0 ] || [ -d /run/sshd ] || mkdir -m 755 /run/sshd \
  || skip "sshd needs the directory /run/sshd"

# Keys and configuration of our own for both ends.
ssh-keygen -q -t ed25519 -N '' -f "$tmp/host-key"
ssh-keygen -q -t ed25519 -N '' -f "$tmp/user-key"
cat >"$tmp/sshd_config" <<END
HostKey $tmp/host-key
AuthorizedKeysFile $tmp/user-key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
LogLevel ERROR
END
serve tcp4 "$system_python" "$srcdir/tests/lib/inetd.py" \
  "$sshd" -i -e -f "$tmp/sshd_config"
ssh_port=$port
echo "[127.0.0.1]:$ssh_port $(cut -d' ' -f1,2 "$tmp/host-key.pub")" \
  >"$tmp/known_hosts"
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
