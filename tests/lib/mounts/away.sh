# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2154  # variables of tests and tests/lib
# Mounts of a server that goes away and comes back, for tests that begin with
#   . "${srcdir:-.}/tests/lib/mounts/away.sh"

# shellcheck source=tests/lib/fuse.sh
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin file
requires_uris
server_command=(nbdkit -f file "$tmp/disk")

# start_away OPTION...: start the server of $tmp/disk, and mount it.
start_away ()
{
  come
  start "$@" "$mnt" "nbd+unix:///?socket=$sock${parameters-}"
}

# come: start the server, always with the same socket.
come ()
{
  sockets=0
  rm -f "$tmp/sock.1"
  serve unix "${server_command[@]}"
}

# go: kill the server, and wait until nbdfuse reports this.
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

# said TEXT: print how many messages of nbdfuse have TEXT.
said ()
{
  grep -c -e "$1" "$tmp/err" || :
}

# tells TEXT: at least one message of nbdfuse has TEXT.
tells ()
{
  [ "$(said "$1")" -gt 0 ] || fail "no \"$1\" in: $(cat "$tmp/err")"
}

# state PID: print the state of a process, as one letter as in ps.
state ()
{
  sed 's/.*) //' "/proc/$1/stat" | cut -c 1
}

# waits PID: wait until the process does not run, because it waits.
waits ()
{
  until [[ $(state "$1") == [DS] ]]; do :; done
}
