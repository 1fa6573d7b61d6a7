#!/bin/bash -
# SPDX-License-Identifier: MIT
# A child that was killed is reaped, and another one is started, whether it is
# a command, a socket-activated server or the ssh of a URI.  Data that was
# written is there, even if the killed server had it only in memory.

. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin file
requires qemu-nbd qemu-img
random_file "$tmp/data" 65536
mkfifo "$tmp/fifo"
on_exit+=('kill $(jobs -p) 2>/dev/null')

# Use this program instead of ssh, and ignore the options of ssh.
mkdir "$tmp/bin"
cat >"$tmp/bin/ssh" <<END
#!/bin/sh
exec nbdkit --single file $tmp/disk
END
chmod +x "$tmp/bin/ssh"
PATH=$tmp/bin:$PATH

# restarted FORMAT CONNECT...: what the client is told to connect to.
restarted ()
{
  local format=$1 program child next
  shift
  qemu-img create -q -f "$format" "$tmp/disk" 1M
  "$client" "reconnect 300000" "$*" "write 0 65536 $tmp/data -" "rest $tmp/fifo" \
    "read 0 65536 $tmp/out" "write 65536 65536 $tmp/data -" "rest $tmp/fifo" \
    flush shutdown &
  program=$!
  : <"$tmp/fifo"
  read -r child <"/proc/$program/task/$program/children" || :
  kill -KILL "$child"
  : >"$tmp/fifo"
  : <"$tmp/fifo"
  [ ! -e "/proc/$child" ] || fail "$*: the child was not reaped"
  read -r next <"/proc/$program/task/$program/children" || :
  [ "$next" -gt 0 ] || fail "$*: there is no child"
  : >"$tmp/fifo"
  wait "$program" || fail "$*"
  [ ! -e "/proc/$next" ] || fail "$*: the last child was not reaped"
  same "$tmp/data" "$tmp/out"
  qemu-img convert -f "$format" -O raw "$tmp/disk" "$tmp/raw"
  cat "$tmp/data" "$tmp/data" >"$tmp/want"
  cmp -n 131072 "$tmp/want" "$tmp/raw" || fail "$*: this was lost"
}

restarted raw connect-command nbdkit --single file "$tmp/disk"
restarted raw connect-activate nbdkit --foreground file "$tmp/disk"
restarted raw connect-activate qemu-nbd -f raw -t "$tmp/disk"
restarted qcow2 connect-activate qemu-nbd -f qcow2 --cache=writeback -t "$tmp/disk"
requires_uris
restarted raw connect-uri nbd+ssh://server/
