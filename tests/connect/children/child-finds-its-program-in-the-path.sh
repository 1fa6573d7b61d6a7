#!/bin/bash
# SPDX-License-Identifier: MIT
# The child's program is looked up in PATH, also if it is a script without a
# "#!" line.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory

mkdir "$tmp/bin"
echo 'exec nbdkit --single memory 1M' >"$tmp/bin/bare-server"
echo 'exec nbdkit --foreground memory 1M' >"$tmp/bin/bare-daemon"
chmod 755 "$tmp/bin"/*
PATH=$tmp/bin:$PATH
expect 1048576 client "connect-command bare-server" size shutdown
expect 1048576 client "connect-activate bare-daemon" size shutdown
