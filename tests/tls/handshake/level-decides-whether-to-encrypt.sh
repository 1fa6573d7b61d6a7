#!/bin/bash
# SPDX-License-Identifier: MIT
# Three levels of the client, three kinds of servers: who gets together, and
# who is encrypted then.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
requires_nbdkit plugin memory

# try LEVEL: yes or no as encrypted or not, or how it fails.
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

# Allowing TLS is no licence to go on when it goes wrong.
tls_certificate "$tmp/server" server good 'dns_name = other.example'
check on no failed failed
