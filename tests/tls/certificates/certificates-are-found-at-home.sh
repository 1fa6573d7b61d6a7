#!/bin/bash
# SPDX-License-Identifier: MIT
# If no directory was set, certificates are looked for below the home
# directory: first in .pki/libnbd, then in .config/pki/libnbd.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
unprivileged=()
if [ "$(id -u)" = 0 ]; then
  # For root, the directory of the system would be used.
  requires setpriv
  unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  chmod 755 "$tmp"
  "${unprivileged[@]}" test -x "$client" -a -r "$library_dir" \
    || skip "an unprivileged user cannot run the client here"
fi
anyone ()
{
  "${unprivileged[@]}" "$client" "tls require" "$@"
}

serve_nbdkit tcp4
anyone "fails 0 connect-tcp localhost $port" "says certificate"
tls_trust "$HOME/.config/pki/libnbd" good
chmod -R a+rX "$HOME"
expect yes anyone "connect-tcp localhost $port" tls-negotiated
tls_authority evil
tls_trust "$HOME/.pki/libnbd" evil
chmod -R a+rX "$HOME"
anyone "fails 0 connect-tcp localhost $port" "says certificate"
