#!/bin/bash
# SPDX-License-Identifier: MIT
# Run a command while nbdfuse shows an export as a file.
# usage: with-nbdfuse.sh [NBDFUSE-OPTION]... URI -- COMMAND...
# FILE in the command becomes the name of the file.  The status is that of the
# command, or 1 if nbdfuse does not end well.
. "${srcdir:-.}/tests/lib/fuse.sh"

options=()
while [ "$1" != -- ]; do
  options+=("$1")
  shift
done
shift
last=$((${#options[@]} - 1))
start "${options[@]:0:last}" "$mnt" "${options[last]}"
"${@//FILE/$mnt/nbd}"
unmount
cat "$tmp/err" >&2
