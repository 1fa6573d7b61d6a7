#!/bin/bash
# SPDX-License-Identifier: MIT
# However large the disk and however slow the server, memory stays below
# threads times --queue-size, plus what the program itself needs.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin pattern filter delay

case $(ldd "$library_dir/libnbd.so.0" 2>/dev/null) in
  *libasan*) skip "sanitizers need memory of their own" ;;
esac
# The server is slow and handles many requests at once, so nbdcopy uses as many
# requests as it may.
serve_uri nbdkit -f -t 256 --filter=delay pattern 128M rdelay=5ms
from=$uri
# peak COMMAND...: print the largest resident set size, in KiB.
peak ()
{
  "$system_python" - "$@" <<'END'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
END
}
base=$(peak "$nbdcopy" --length=4k -T 2 "$from" null:)
for queue in 1 4 16; do
  for requests in 16 1024; do
    kib=$(peak "$nbdcopy" -T 2 -C 2 --queue-size=${queue}M \
               --requests=$requests --request-size=64k "$from" null:)
    limit=$((base + 2 * queue * 1024 + 4096))
    [ "$kib" -le $limit ] \
      || fail "queue of $queue MiB: $kib KiB, more than $limit KiB"
  done
done
