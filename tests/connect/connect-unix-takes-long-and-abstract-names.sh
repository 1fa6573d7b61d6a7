#!/bin/bash
# SPDX-License-Identifier: MIT
# A Unix socket can have a path of 107 bytes or an abstract name.  A path that
# is too long and one that does not exist give an error.  Abstract names can
# only be given as socket addresses.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin memory

serve unix nbdkit -f memory 1M
long=$tmp/$(printf '%*s' $((106 - ${#tmp})) '' | tr ' ' x)
mv "$sock" "$long"
expect 1048576 client "connect-unix $long" size
expect 1048576 client "connect-uri nbd+unix://?socket=$long" size
client "fails ENAMETOOLONG connect-unix ${long}yz"
client "fails ENOENT connect-unix $tmp/none"

sock=@causeway-$$-$RANDOM
serve_abstract ()
{
  local fd line
  exec {fd}< <(exec "$system_python" "$srcdir/tests/lib/listen.py" \
                 unix "$sock" nbdkit -f memory 2M)
  servers+=("$!")
  read -r line <&"$fd"
  [ "$line" = "$sock" ]
}
serve_abstract
expect 2097152 client "connect-abstract ${sock#@}" size
