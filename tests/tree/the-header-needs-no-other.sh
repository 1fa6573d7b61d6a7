#!/bin/bash
# SPDX-License-Identifier: MIT
# A program that includes only libnbd.h can use its macros.
. "${srcdir:-.}/tests/lib/functions.sh"
read -r -a compiler <<<"${CC:-cc}"
requires "${compiler[0]}"

echo 'int main (void) { return 0; }' >"$tmp/empty.c"
"${compiler[@]}" -c "$tmp/empty.c" -o "$tmp/empty.o" 2>/dev/null \
  || skip "the compiler compiles nothing"
cat >"$tmp/alone.c" <<'END'
#include <libnbd.h>

int
main (void)
{
  nbd_completion_callback none = NBD_NULL_COMPLETION;

  return none.callback ? LIBNBD_CMD_FLAG_MASK : LIBNBD_TLS_DISABLE;
}
END
for std in c99 c11; do
  "${compiler[@]}" -std=$std -I"$srcdir/include" -c "$tmp/alone.c" \
    -o "$tmp/alone.o" || fail "libnbd.h needs another header in $std"
done
