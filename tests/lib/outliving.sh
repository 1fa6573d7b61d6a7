# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2154  # functions.sh sets the directories
# Programs that outlive their server; after functions.sh.

F_SETPIPE_SZ=1031

# log_to_pipe: make a pipe that holds little, for nbdkit's log.  When the pipe
# is full the server waits, so it is never far ahead of the test, which reads
# the log.
log_to_pipe ()
{
  rm -f "$tmp/log"
  mkfifo "$tmp/log"
  exec {log}<>"$tmp/log"
  "$system_python" -c 'import fcntl, sys; fcntl.fcntl(*map(int, sys.argv[1:]))' \
    "$log" "$F_SETPIPE_SZ" 4096
}

# await_requests COUNT: wait until the server has logged COUNT requests.
await_requests ()
{
  local line count=0
  while [ $count -lt "$1" ]; do
    read -r line <&"$log"
    case $line in
      *' Read '* | *' Write '* | *' Zero '* | *' Trim '* | *' Extents '*)
        : $((count++)) ;;
    esac
  done
}

# replace_server COMMAND...: kill the server that was started last, and start
# this one with the same socket.
replace_server ()
{
  kill -KILL "$server"
  wait "$server" || :
  unset 'servers[-1]'
  rm -f "$sock"
  : $((sockets--))
  serve unix "$@"
}

# over_restart COUNT FILE OPTION... -- COMMAND...: the command succeeds
# although its server is killed after COUNT requests and started again.  The
# first server serves the file with these options, the second one without them.
# SOCKET in the command becomes the name of the socket.
over_restart ()
{
  local count=$1 file=$2 options=() program
  shift 2
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  log_to_pipe
  serve unix nbdkit -f --filter=log file "$file" logfile="$tmp/log" "${options[@]}"
  "${@//SOCKET/$sock}" &
  program=$!
  await_requests "$count"
  exec {log}<&-
  replace_server nbdkit -f file "$file"
  wait "$program" || fail "this did not survive: $*"
}

# outlives FILE COMMAND...: the command succeeds although the server is killed
# in the middle of the work.
outlives ()
{
  over_restart 20 "$1" -- "${@:2}"
}

# awaits_read FILE COMMAND...: the command succeeds although the server is
# killed before it has replied to the first read.
awaits_read ()
{
  over_restart 1 "$1" --filter=delay delay-read=3600 -- "${@:2}"
}

requires_outliving ()
{
  requires_uris
  requires_nbdkit plugin file filter log filter delay
}

# What a URI needs for it.
# shellcheck disable=SC2034
stays='reconnect-timeout=5m'
