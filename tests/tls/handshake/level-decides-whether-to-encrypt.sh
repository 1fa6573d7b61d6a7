#!/bin/bash
# SPDX-License-Identifier: MIT
# With three levels of the client and three kinds of servers: the level decides
# whether they connect, and whether the connection is encrypted.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
requires_nbdkit plugin memory

# try LEVEL: print yes or no for encrypted or not, or how connecting fails.
try ()
{
  local set=("tls $1" "tls-certificates $tmp/client")
  client "${set[@]}" "connect-tcp localhost $port" tls-negotiated \
    2>/dev/null && return
  client "${set[@]}" "fails ENOTSUP connect-tcp localhost $port" 2>/dev/null \
    && echo ENOTSUP || echo failed
}

check ()
{
  local server=$1 level
  shift
  serve tcp4 nbdkit -f --tls="$server" --tls-certificates="$tmp/server" \
    memory 1M
  for level in disable allow require; do
    expect "$1" try "$level"
    shift
  done
}

check off no no ENOTSUP
check on no yes yes
check require ENOTSUP yes yes

# If TLS is only allowed, a failure of TLS still ends the connection.
tls_certificate "$tmp/server" server good 'dns_name = other.example'
check on no failed failed
