#!/bin/bash
# SPDX-License-Identifier: MIT
# ssh:// and sftp:// URLs are read by ranges through a real sshd, with what ssh
# knows of the user and the host; a host that it does not know is refused.
. "${srcdir:-.}/tests/lib/helpers.sh"
requires_nbdkit plugin ssh filter retry filter multi-conn
requires ssh-keygen
sshd=$(PATH=$PATH:/usr/sbin command -v sshd) || skip "sshd is not installed"
# sshd keeps what it does not trust in an empty directory of this name.
[ "$(id -u)" != 0 ] || [ -d /run/sshd ] || mkdir -m 755 /run/sshd \
  || skip "sshd needs the directory /run/sshd"

ssh-keygen -q -t ed25519 -N '' -f "$tmp/host-key"
ssh-keygen -q -t ed25519 -N '' -f "$tmp/user-key"
cat >"$tmp/sshd_config" <<END
HostKey $tmp/host-key
AuthorizedKeysFile $tmp/user-key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
LogLevel ERROR
END
serve tcp4 "$system_python" "$srcdir/tests/lib/inetd.py" \
  "$sshd" -i -e -f "$tmp/sshd_config"
random_file "$tmp/a disk" 1m
place=$(id -un)@127.0.0.1:$port${tmp// /%20}
unset SSH_AUTH_SOCK

# It looks for keys and hosts at home only, where the user's own are.
mkdir "$tmp/bin"
cat >"$tmp/bin/nbdkit" <<END
#!/bin/sh
exec $(command -v nbdkit) "\$@" known-hosts=$tmp/known_hosts \\
  identity=$tmp/user-key
END
chmod +x "$tmp/bin/nbdkit"
PATH=$tmp/bin:$PATH

refuses 'nbdkit: .*known' "$helpers" url "ssh://$place/a%20disk"
echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$tmp/host-key.pub")" \
  >"$tmp/known_hosts"
for scheme in ssh sftp; do
  begin url "$scheme://$place/a%20disk"
  "$nbdcopy" "$uri" "$tmp/copy"
  same "$tmp/a disk" "$tmp/copy"
  end
done
refuses 'nbdkit: .*No such file' "$helpers" url "ssh://$place/none"
tidy
