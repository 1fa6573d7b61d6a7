#!/bin/bash
# SPDX-License-Identifier: MIT
# One server has a different disk for each name: size and data depend on the
# name, and in option mode the client can ask about several before it chooses
# one.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin eval

serve unix nbdkit -f eval \
  list_exports='printf "NAMES\none\ntwo\n"' \
  open='case $3 in one | two) echo "$3" ;; *) echo ENOENT >&2; exit 1 ;; esac' \
  get_size='case $2 in one) echo 512 ;; two) echo 1024 ;; esac' \
  pread='yes "$2" | head -c "$3" || :'
expect '512
1024
ready' client option-mode "connect-unix $sock" \
  "export one" info size "export two" info size \
  "export three" "fails ENOENT info" "fails EINVAL size" \
  "export two" go state "read 0 1024 $tmp/two" shutdown
expect '512' client "export one" "connect-unix $sock" size \
  "read 0 512 $tmp/one"
head -c 4 "$tmp/one" | grep -q one
head -c 4 "$tmp/two" | grep -q two
