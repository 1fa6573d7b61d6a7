#!/bin/bash
# SPDX-License-Identifier: MIT
# Ctrl-C in a terminal sends a signal to nbdfuse and to the server, or ssh, that
# it has started.  These do not end before all that was written is flushed.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin file

random_file "$tmp/new" 6M
ulimit -c 0
# try SIGNAL SERVER...
try ()
{
  local signal=$1
  shift
  truncate -s 0 "$tmp/disk"
  truncate -s 8M "$tmp/disk"
  start "$mnt" "$@"
  exec {open}<>"$mnt/nbd"
  cat "$tmp/new" >&"$open"
  kill -"$signal" "$(cat "$tmp/nbdkit.pid")" "$pid"
  ended_with $((128 + $(kill -l "$signal")))
  exec {open}>&- || :
  expect "" cat "$tmp/err"
  same_range "$tmp/new" "$tmp/disk" 0 6291456
  ! kill -0 "$(cat "$tmp/nbdkit.pid")" 2>/dev/null || fail "nbdkit still runs"
}
for signal in INT HUP QUIT; do
  try $signal [ nbdkit --pidfile "$tmp/nbdkit.pid" file "$tmp/disk" ]
done

mkdir "$tmp/bin"
cat >"$tmp/bin/ssh" <<END
#!/bin/sh
exec nbdkit -s --pidfile $tmp/nbdkit.pid file $tmp/disk
END
chmod +x "$tmp/bin/ssh"
PATH=$tmp/bin:$PATH
requires_uris
try INT nbd+ssh://host/
