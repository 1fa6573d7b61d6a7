#!/bin/bash -
# SPDX-License-Identifier: MIT
# A process that a script forks, and that ends as a script does, leaves the
# connections of the shell alone.
. "${srcdir:-.}/tests/lib/nbdsh.sh"
requires_nbdkit plugin memory

serve unix nbdkit memory 1M
for how in "connect_unix('$sock')" "connect_command(['nbdkit', '-s', 'memory', '1M'])"; do
  expect "child
status 3
bytearray(b'\\x00')" nbdsh -c "h.$how" -c '
if os.fork() == 0:
    print("child")
    sys.exit(3)
print("status", os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
print(h.pread(1, 0))'
done
