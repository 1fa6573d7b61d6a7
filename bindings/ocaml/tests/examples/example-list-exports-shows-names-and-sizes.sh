#!/bin/bash
# SPDX-License-Identifier: MIT
# The example lists two exports of one server with their descriptions, and the
# one export of an oldstyle server.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin eval plugin memory

list=bindings/ocaml/examples/list_exports
# shellcheck disable=SC2016 # nbdkit's shell expands these
serve unix nbdkit -f eval \
  list_exports='printf "NAMES\nblue\nred\n"' \
  open='echo "$3"' \
  get_size='case $2 in blue) echo 1024 ;; red) echo 2M ;; *) exit 1 ;; esac' \
  export_description='echo "the $2 disk"' \
  pread='head -c "$3" /dev/zero'
"$list" "nbd+unix://?socket=$sock" >"$tmp/got"
sed 's/  */ /g' "$tmp/got" >"$tmp/words"
cat >"$tmp/want" <<END
"blue" 1024 the blue disk
"red" 2097152 the red disk
END
same "$tmp/want" "$tmp/words"

serve unix nbdkit -f -o memory 1M
expect 'only one export, of 1048576 bytes' "$list" "nbd+unix://?socket=$sock"
