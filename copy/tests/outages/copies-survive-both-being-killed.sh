#!/bin/bash
# SPDX-License-Identifier: MIT
# Source and destination are killed independently of each other.
. "${srcdir:-.}/tests/lib/copy.sh"
. "$srcdir/tests/lib/restarting.sh"
. "$srcdir/copy/tests/outages/surviving.sh"
requires_servers

new_content "$tmp/in"
new_qcow2 "$tmp/in.qcow2" "$tmp/in"
new_qcow2 "$tmp/out.qcow2"
cat >"$tmp/inner" <<END
set -eu
exec "$system_python" -B "$srcdir/tests/lib/restarting.py" --seed 2 \
  --kills $kills --every $(every "$(numfmt --from=iec "$size")") \
  qemu-nbd unix "$tmp/out.qcow2" \
  "$nbdcopy" --flush --reconnect-timeout=2m "\$1" URI
END
killing 1 qemu-nbd unix "$tmp/in.qcow2" bash "$tmp/inner" URI
is_disk "$tmp/in" "$tmp/out.qcow2"
