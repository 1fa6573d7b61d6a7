#!/bin/bash
# SPDX-License-Identifier: MIT
# If a server corrupts data, the client does not notice, and the protocol goes
# on.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory filter evil

serve unix nbdkit -f --filter=evil memory 4M evil-mode=stuck-bits \
  evil-probability=1/8
client "connect-unix $sock" "read 0 1M $tmp/out" flush "read 1M 1M $tmp/out" \
  shutdown
