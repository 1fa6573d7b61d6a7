#!/bin/bash
# SPDX-License-Identifier: MIT
# A handle that stays connected checks the server that comes back like the
# first one.  If that server has a certificate for another host or of an
# unknown authority, or no TLS, the handle is dead at once, and nothing was
# written to it.
. "${srcdir:-.}/tests/lib/tls.sh"
# shellcheck source=tests/lib/outliving.sh
. "$srcdir/tests/lib/outliving.sh"
requires_nbdkit plugin file
usual_certificates
tls_authority other
tls_certificate "$tmp/elsewhere" server good 'dns_name = elsewhere.example'
tls_certificate "$tmp/forged" server other 'dns_name = localhost'
random_file "$tmp/data" 4096
mkfifo "$tmp/fifo"

# With a reconnect timeout of none, a wrong result would be tried again
# forever.
export LIBNBD_URI_OPTIONS='reconnect-timeout=none'

# not_believed TEXT LEVEL OPTION...: a client with this level of TLS does not
# continue with a server that comes back with these options.
not_believed ()
{
  local text=$1 level=$2 program
  shift 2
  truncate -s 1M "$tmp/disk"
  rm -f "$tmp/other"
  truncate -s 1M "$tmp/other"
  serve unix nbdkit -f --tls=require --tls-certificates="$tmp/server" \
    file "$tmp/disk"
  expect dead client "tls $level" "tls-certificates $tmp/client" \
    "tls-hostname localhost" "connect-unix $sock" \
    "write 0 4096 $tmp/data -" "rest $tmp/fifo" \
    "fails ENOTCONN write 8192 4096 $tmp/data -" "says was_lost" "says $text" \
    state &
  program=$!
  : <"$tmp/fifo"
  replace_server nbdkit -f "$@" file "$tmp/other"
  : >"$tmp/fifo"
  wait "$program" || fail "$text"
  zero_range "$tmp/other" 0 1048576
  stop_server
}

certificates=--tls-certificates
for level in require allow; do
  not_believed 'not_for_"localhost"_but_for_"elsewhere.example"' "$level" \
    --tls=require "$certificates=$tmp/elsewhere"
  not_believed issuer_is_unknown "$level" --tls=require "$certificates=$tmp/forged"
  not_believed NBD_OPT_STARTTLS "$level" --tls=off
done
