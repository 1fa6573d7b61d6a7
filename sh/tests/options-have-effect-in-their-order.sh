#!/bin/bash -
# SPDX-License-Identifier: MIT
# -c, -u, --base-allocation and --opt-mode act in the order of the command
# line, on one handle and in one namespace.
. "${srcdir:-.}/tests/lib/nbdsh.sh"
requires_nbdkit plugin memory
requires_uris

serve unix nbdkit memory 1M
uri="nbd+unix:///?socket=$sock"
expect 1048576 nbdsh -u "$uri" -c 'print(h.get_size())'
expect 1048576 nbdsh --uri="$uri" --command='print(h.get_size())'
expect 1048576 nbdsh --connect "$uri" -c 'print(h.get_size())'
expect True nbdsh --base-allocation -u "$uri" \
  -c 'print(h.can_meta_context(nbd.CONTEXT_BASE_ALLOCATION))'
expect False nbdsh -u "$uri" -c 'print(h.can_meta_context("base:allocation"))'
expect "True
1048576" nbdsh --opt-mode -u "$uri" -c 'print(h.aio_is_negotiating())' -c 'h.opt_go()' \
  -c 'print(h.get_size())'
# All -c share their names, and code can change settings before -u connects.
expect "5 True" nbdsh -c 'a = 5' -c 'h.set_export_name("x"); h.add_meta_context("base:allocation")' \
  -u "$uri" -c 'print(a, h.can_meta_context("base:allocation"))'
expect "bytearray(b'U\xaa')" nbdsh -u "$uri" -c 'h.pwrite(b"\x55\xAA"*1024, 0x400)' \
  -c 'print(h.pread(2, 0x400))'
expect "nbdsh" nbdsh -c 'print(h.get_handle_name())'
expect "['nbd', 'os', 'sys']" nbdsh -n -c \
  'print([n for n in ("h", "nbd", "os", "sys") if n in globals()])'
expect "1048576" nbdsh -u "$uri" -c - <<'END'
def size():
    return h.get_size()
print(size())
END
nbdsh -v -c 'h.get_size' 2>"$tmp/err"
grep -q 'libnbd: debug: nbdsh' "$tmp/err" || fail "-v has no effect"
