#!/bin/bash
# SPDX-License-Identifier: MIT
# The distribution's fio, which does not know about outages, goes on when its
# server is killed and started again, and loses nothing that it flushed.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/restarting.sh"
requires_servers
requires_fio

export LIBNBD_URI_OPTIONS=reconnect-timeout=2m
fio_survives qemu-nbd unix
fio_survives qemu-nbd tcp
fio_survives nbdkit unix
fio_survives nbdkit tcp
