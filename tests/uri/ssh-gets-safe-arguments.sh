#!/bin/bash
# SPDX-License-Identifier: MIT
# For nbd+ssh, ssh is run with a list of arguments in which no part of the URI
# can be an option or reach a shell.  A URI with such a part is refused before
# anything is run.  CVE-2025-14946 was a host name that ssh took for an option.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory

# Use this program instead of ssh: record the arguments, and act as the server.
mkdir "$tmp/bin"
cat >"$tmp/bin/ssh" <<EOF
#!/bin/bash
printf '<%s>' "\$@" >"$tmp/arguments"
exec nbdkit --single memory 1M
EOF
chmod +x "$tmp/bin/ssh"
PATH=$tmp/bin:$PATH

# runs URI ARGUMENTS
runs ()
{
  expect 1048576 client "connect-uri $1" size
  expect "$2" cat "$tmp/arguments"
  rm "$tmp/arguments"
}

# refused URI
refused ()
{
  client "fails EINVAL connect-uri $1" || fail "not refused: $1"
  [ ! -e "$tmp/arguments" ] || fail "ssh was run: $1"
}

requires_uris
rm -f "$tmp/arguments"

runs nbd+ssh://server/ '<-p><22><--><server><nc><localhost><10809>'
runs 'nbd+ssh://bob@server:2222/disk?socket=/path/to/sock&compress=on' \
  '<-C><-p><2222><-l><bob><--><server><nc><-U></path/to/sock>'
runs 'nbd+ssh://[::1]/?nbd-port=1' '<-p><22><--><::1><nc><localhost><1>'

refused nbd+ssh://-oProxyCommand=id/
refused nbd+ssh://%2DoProxyCommand=id/
refused nbd+ssh://-oProxyCommand=id@server/
refused nbd+ssh://%2DoProxyCommand=id@server/
refused 'nbd+ssh://$(id)/'
refused 'nbd+ssh://server;id/'
refused 'nbd+ssh://server/?socket=/s;id'
refused 'nbd+ssh://server/?socket=/s%3Bid'
refused 'nbd+ssh://server/?socket=/$(id)'
refused 'nbd+ssh://server/?socket=-U'
refused 'nbd+ssh://server/?socket=%2DU'
refused 'nbd+ssh://server/?nbd-port=1;id'
