#!/bin/bash
# SPDX-License-Identifier: MIT
# While glib-main-loop waits a second for a reply, it uses almost no processor
# time: with a socket, and with the one descriptor of a handle that has
# deadlines.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
[ -x examples/glib-main-loop ] || skip "built without glib"
requires_nbdkit plugin memory filter delay

processor_ms ()
{
  "$system_python" -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(round((usage.ru_utime + usage.ru_stime) * 1000))' "$@"
}

serve unix nbdkit -f --filter=delay memory 64K delay-read=1
for settings in '' '&reconnect-timeout=5m&command-timeout=5m&stall-timeout=5m'; do
  ms=$(processor_ms examples/glib-main-loop "nbd+unix://?socket=$sock$settings")
  [ "$ms" -lt 400 ] || fail "it used $ms ms with settings '$settings'"
done
