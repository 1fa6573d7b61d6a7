#!/bin/bash
# SPDX-License-Identifier: MIT
# The distribution's fio also survives killed servers over TLS, with
# certificates that the library finds in its default directory.
. "${srcdir:-.}/tests/lib/tls.sh"
. "$srcdir/tests/lib/restarting.sh"
usual_certificates
requires_servers
requires_fio
grep -qx tls=yes <<<"$(nbdkit --dump-config)" || skip "this nbdkit has no TLS"
tls_trust "$HOME/.pki/libnbd" good
if [ "$(id -u)" = 0 ]; then
  # For root, the library would use the system's directory.
  requires setpriv
  user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  chmod -R a+rX "$HOME"
  chmod 777 "$tmp"
  "${user[@]}" test -r "$library_dir/libnbd.so.0" \
    || skip "an unprivileged user cannot use the library here"
fi

export LIBNBD_URI_OPTIONS=reconnect-timeout=2m
fio_survives qemu-nbd tcp --tls "$tmp/server"
fio_survives nbdkit unix --tls "$tmp/server"
