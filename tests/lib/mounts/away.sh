# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2154  # variables of tests and tests/lib
# Mounts of a server that goes away and comes back; for tests that begin with
#   . "${srcdir:-.}/tests/lib/mounts/away.sh"

# shellcheck source=tests/lib/fuse.sh
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin file
requires_uris
server_command=(nbdkit -f file "$tmp/disk")

# start_away OPTION...: mount the server of $tmp/disk, which it starts.
start_away ()
{
  come
  start "$@" "$mnt" "nbd+unix:///?socket=$sock${parameters-}"
}

# come: the server comes, at the address that it always has.
come ()
{
  sockets=0
  rm -f "$tmp/sock.1"
  serve unix "${server_command[@]}"
}

# go: it is killed, and nbdfuse has noticed that.
go ()
{
  local before
  before=$(said 'was lost')
  kill -KILL "$server"
  wait "$server" || :
  unset 'servers[-1]'
  rm "$sock"
  until [ "$(said 'was lost')" -gt "$before" ]; do :; done
}

# said TEXT: how often nbdfuse did.
said ()
{
  grep -c -e "$1" "$tmp/err" || :
}

# tells TEXT
tells ()
{
  [ "$(said "$1")" -gt 0 ] || fail "no \"$1\" in: $(cat "$tmp/err")"
}

# state PID: one letter, as ps shows it.
state ()
{
  sed 's/.*) //' "/proc/$1/stat" | cut -c 1
}

# waits PID: the program does not run, now that it waits for us.
waits ()
{
  until [[ $(state "$1") == [DS] ]]; do :; done
}
