#!/bin/bash
# SPDX-License-Identifier: MIT
# list-exports shows name, size and description of both exports of a server.
# An oldstyle server has no list, and list-exports says so.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin eval plugin memory

serve unix nbdkit -f eval \
  list_exports='printf "NAMES\nblue\nred\n"' \
  open='echo "$3"' \
  get_size='case $2 in blue) echo 1024 ;; red) echo 2M ;; *) exit 1 ;; esac' \
  export_description='echo "the $2 disk"' \
  pread='head -c "$3" /dev/zero'
examples/list-exports "nbd+unix://?socket=$sock" >"$tmp/got"
sed 's/  */ /g' "$tmp/got" >"$tmp/words"
cat >"$tmp/want" <<END
blue 1024 the blue disk
red 2097152 the red disk
END
same "$tmp/want" "$tmp/words"

serve unix nbdkit -f -o memory 1M
expect 'only one export, without a name' \
  examples/list-exports "nbd+unix://?socket=$sock"
