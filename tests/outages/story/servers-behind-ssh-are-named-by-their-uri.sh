#!/bin/bash -
# SPDX-License-Identifier: MIT
# Messages about a server that is reached through ssh name the URI of the
# server, and not the program ssh.

. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
mkdir "$tmp/bin"
printf '%s\n' '#!/bin/sh' 'exit 255' >"$tmp/bin/ssh"
chmod +x "$tmp/bin/ssh"
PATH=$tmp/bin:$PATH

# named URI [PARAMETERS]: messages name the URI without the parameters.
named ()
{
  client "fails any connect-uri $1${2-}connect-timeout=1ms" "says to_$1_within"
}

named nbd+ssh://server/ '?'
named nbd+ssh://server:2222/a/disk '?'
named 'nbd+ssh://server/?nbd-port=77' '&'
named 'nbd+ssh://[::1]/disk?socket=/run/the-sock' '&'
