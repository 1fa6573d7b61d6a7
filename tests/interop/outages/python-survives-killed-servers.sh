#!/bin/bash
# SPDX-License-Identifier: MIT
# Threads in Python that share a handle go on when their server is killed or
# stopped, and lose nothing that they flushed.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/restarting.sh"
requires_servers
requires_module

python_survives qemu-nbd unix ""
python_survives nbdkit tcp ""
python_survives qemu-nbd tcp "" --stop 2.5
[ -n "${CHECK_LONG-}" ] || exit 0
python_survives qemu-nbd unix "" --stop 2.5
python_survives nbdkit unix "" --stop 2.5
