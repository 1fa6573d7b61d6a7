#!/bin/bash
# SPDX-License-Identifier: MIT
# An activated server gets its own pid in LISTEN_PID, 1 in LISTEN_FDS, and the
# name that was set in LISTEN_FDNAMES.  It inherits no older values of these
# variables, but everything else.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory

cat >"$tmp/server" <<END
#!/bin/sh
[ "\$LISTEN_PID" = \$\$ ] && echo same >$tmp/seen || echo other >$tmp/seen
echo "\$LISTEN_FDS|\$LISTEN_FDNAMES|\$KEEP" >>$tmp/seen
env | grep -c ^LISTEN_ >>$tmp/seen
exec nbdkit --foreground memory 1M
END
chmod 755 "$tmp/server"
export LISTEN_PID=1 LISTEN_FDS=7 LISTEN_FDNAMES=stale KEEP=kept

expect 1048576 client "connect-activate $tmp/server" size shutdown
printf '%s\n' same '1|unknown|kept' 3 >"$tmp/want"
same "$tmp/want" "$tmp/seen"

expect 1048576 client "activation-name disk0" "connect-activate $tmp/server" \
  size shutdown
printf '%s\n' same '1|disk0|kept' 3 >"$tmp/want"
same "$tmp/want" "$tmp/seen"

client "fails EINVAL activation-name not/a/name" \
  "fails ENAMETOOLONG activation-name $(printf 'x%.0s' {1..33})"
