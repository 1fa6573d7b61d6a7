#!/bin/bash
# SPDX-License-Identifier: MIT
# nbdkit's exportname filter works: it lists its own names and descriptions,
# has a default export, and refuses other names with ENOENT.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory filter exportname

serve unix nbdkit -f --filter=exportname memory 1M \
  exportname=alpha exportname=beta exportname-list=explicit \
  exportname-strict=true 'exportdesc=fixed:a small disk'
expect 'export alpha|a small disk
export beta|a small disk' client option-mode "connect-unix $sock" list abort
expect 'alpha
a small disk
1048576' client full-info "export alpha" "connect-unix $sock" canonical-name \
  description size
client "export gamma" "fails ENOENT connect-unix $sock" 2>"$tmp/err" \
  || fail "$(cat "$tmp/err")"

serve unix nbdkit -f --filter=exportname memory 1M default-export=beta
expect beta client full-info "connect-unix $sock" canonical-name
