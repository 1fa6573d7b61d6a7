#!/bin/bash
# SPDX-License-Identifier: MIT
# opt_starttls encrypts a connection, once.  What was negotiated before is
# forgotten.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
requires_nbdkit plugin memory filter exportname
hand=(option-mode "tls disable" "structured no" "tls-certificates $tmp/client")
serve tcp4 nbdkit -f --tls=on --tls-certificates="$tmp/server" memory 1M
connect="connect-tcp localhost $port"

client "${hand[@]}" "$connect" tls-negotiated structured-reply starttls \
  tls-negotiated structured-reply go tls-negotiated "copy $tmp/out" shutdown \
  >"$tmp/answers"
printf '%s\n' no yes yes yes yes yes >"$tmp/want"
same "$tmp/want" "$tmp/answers"
zero_range "$tmp/out" 0 1048576

# There are no structured replies unless they are asked for again.
client "${hand[@]}" "$connect" structured-reply starttls go flags \
  >"$tmp/answers"
if grep -q structured "$tmp/answers"; then
  fail "structured replies survived STARTTLS"
fi
# The contexts and the information about the export are forgotten, too.
client "${hand[@]}" "context base:allocation" "$connect" structured-reply \
  set-contexts info size starttls "fails EINVAL size" \
  "fails any can-context base:allocation" go size >/dev/null

serve tcp4 nbdkit -f --tls=off memory 1M
client "${hand[@]}" "connect-tcp localhost $port" starttls tls-negotiated go \
  tls-negotiated "copy $tmp/out" >"$tmp/answers"
printf '%s\n' no no no >"$tmp/want"
same "$tmp/want" "$tmp/answers"

# A certificate that is refused ends the connection.
tls_certificate "$tmp/server" server good 'dns_name = other.example'
serve tcp4 nbdkit -f --tls=on --tls-certificates="$tmp/server" memory 1M
expect dead client "${hand[@]}" "connect-tcp localhost $port" \
  "fails any starttls" state
