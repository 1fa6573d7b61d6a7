#!/bin/bash -
# SPDX-License-Identifier: MIT
# nbdfuse, started without a terminal and with standard descriptors that are
# closed or /dev/null, mounts, survives a restart of its server, and ends in
# order.
. "${srcdir:-.}/tests/lib/fuse.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_outliving

export LIBNBD_DEBUG=1
program=$builddir/fuse/.libs/nbdfuse
[ -x "$program" ] || program=$nbdfuse
nbdfuse=$tmp/nbdfuse

for redirections in '<&-' '>&-' '2>&-' '<&- >&- 2>&-' '</dev/null &>/dev/null'; do
  # The program must not be a script: bash would open the script with the
  # number of a closed descriptor.
  printf '#!/bin/bash\nexec "%s" bash -c '\''exec setsid "$@" %s'\'' bash "%s" "$@"\n' \
    "$builddir/run" "$redirections" "$program" >"$nbdfuse"
  chmod +x "$nbdfuse"
  random_file "$tmp/disk" 1M
  cp "$tmp/disk" "$tmp/want"
  serve unix nbdkit -f file "$tmp/disk"
  start "$mnt" "nbd+unix://?socket=$sock&$stays"
  same "$tmp/disk" "$mnt/nbd"
  replace_server nbdkit -f file "$tmp/disk"
  for file in "$tmp/want" "$mnt/nbd"; do
    printf hello | dd of="$file" conv=notrunc,fsync status=none
  done
  unmount
  same "$tmp/want" "$tmp/disk"
done
