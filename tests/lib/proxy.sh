# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # variables of tests and tests/lib
# For tests with servers that fail or are slow; after tests/lib/functions.sh.

# proxied KIND WHAT=NUMBER...: start a proxy in front of $sock.  Sets address,
# the command with which the test client connects to it.
proxied ()
{
  local kind=$1 backing=$sock
  shift
  serve "$kind" "$system_python" "$srcdir/tests/lib/proxy.py" "$backing" "$@"
  case $kind in
    unix) address="connect-unix $sock" ;;
    tcp4) address="connect-tcp 127.0.0.1 $port" ;;
  esac
  proxy=$server
  sock=$backing
}

# stop_proxy: end the proxy that was started last.
stop_proxy ()
{
  server=$proxy
  stop_server
}

# with_module SCRIPT ARGUMENT...: run Python with our module, for 5 minutes at
# most.
with_module ()
{
  timeout 300 ./run "$PYTHON" -c "$@" || fail "the program ended with status $?"
}

# In Python, stop (PID): send SIGSTOP, and return when all threads of the
# process have stopped, which the signal does not do at once.
stop='
import glob, os, signal
def stop(pid):
    os.kill(pid, signal.SIGSTOP)
    for task in glob.glob(f"/proc/{pid}/task/*/stat"):
        with open(task) as stat:
            while stat.read().rpartition(")")[2].split()[0] != "T":
                os.sched_yield()
                stat.seek(0)
'
