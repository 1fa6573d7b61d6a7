# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # variables of tests and tests/lib
# For tests with servers under fault; tests/lib/functions.sh comes first.

# proxied KIND WHAT=NUMBER...: put the proxy before $sock; sets address, the
# test client's command that connects to it.
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

# with_module SCRIPT ARGUMENT...: run Python with our module, which must not
# take long.
with_module ()
{
  timeout 300 ./run "$PYTHON" -c "$@" || fail "the program ended with status $?"
}

# In Python, stop (PID): return when the process stands still with each of its
# threads, which the signal reaches one after another.
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
