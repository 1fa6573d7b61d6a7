# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2154  # functions.sh sets the directories
# A real sshd on loopback, for tests that have read functions.sh.

# serve_ssh [LINE]: start the server with new keys for both ends, and with LINE
# added to its configuration.  Sets port, and writes $tmp/user-key and
# $tmp/known_hosts.
serve_ssh ()
{
  local sshd
  requires ssh-keygen
  sshd=$(PATH=$PATH:/usr/sbin command -v sshd) || skip "sshd is not installed"
  # sshd needs an empty directory of this name for its unprivileged process.
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
LogLevel ERROR
${1-}
END
  serve tcp4 "$system_python" "$srcdir/tests/lib/inetd.py" \
    "$sshd" -i -e -f "$tmp/sshd_config"
  echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$tmp/host-key.pub")" \
    >"$tmp/known_hosts"
}
