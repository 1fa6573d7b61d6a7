#!/bin/bash
# SPDX-License-Identifier: MIT
# The distribution's fio also goes on when its server is stopped for longer
# than the stall timeout, and carries out earlier requests only after that.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/restarting.sh"
requires_servers
requires_fio

export LIBNBD_URI_OPTIONS="reconnect-timeout=2m&stall-timeout=1"
fio_survives qemu-nbd unix --stop 2.5
fio_survives nbdkit tcp --stop 2.5
[ -n "${CHECK_LONG-}" ] || exit 0
fio_survives qemu-nbd tcp --stop 2.5
fio_survives nbdkit unix --stop 2.5
