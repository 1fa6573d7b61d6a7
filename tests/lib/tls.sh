# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Certificates and keys for the tests of TLS, which begin with
#   . "${srcdir:-.}/tests/lib/tls.sh"
# A key is made only when a test asks for it, because that takes time.

# shellcheck source=tests/lib/functions.sh
. "${srcdir:-.}/tests/lib/functions.sh"

# Tests must not use, or damage, files of the user.
unset GNUTLS_SYSTEM_PRIORITY_FILE GNUTLS_DEBUG_LEVEL
export HOME=$tmp/home
mkdir "$HOME"

# requires_tls: skip the test unless the library supports TLS.
requires_tls ()
{
  client "tls require" 2>/dev/null \
    || skip "this library was built without TLS"
}

# requires_certificates: the same, and certificates can be made.
requires_certificates ()
{
  requires_tls
  requires certtool
}

# Run certtool, which prints nothing unless it fails.
run_certtool ()
{
  certtool "$@" 2>"$tmp/certtool.log" || fail "$(cat "$tmp/certtool.log")"
}

new_key ()
{
  run_certtool --generate-privkey --key-type ecdsa --curve secp256r1 \
    --no-text --outfile "$1"
}

# tls_authority NAME: make a certificate authority, in files $tmp/NAME-ca*.pem.
tls_authority ()
{
  new_key "$tmp/$1-ca-key.pem"
  printf '%s\n' "cn = Authority $1" ca cert_signing_key crl_signing_key \
    'expiration_days = 2' >"$tmp/template"
  run_certtool --generate-self-signed --template "$tmp/template" --no-text \
    --load-privkey "$tmp/$1-ca-key.pem" --outfile "$tmp/$1-ca.pem"
}

# tls_trust DIR AUTHORITY: whoever uses the directory trusts the authority.
tls_trust ()
{
  mkdir -p "$1"
  cp "$tmp/$2-ca.pem" "$1/ca-cert.pem"
}

# Write certtool's template: what all certificates of the role have, and the
# lines given.
write_template ()
{
  local role=$1
  shift
  printf '%s\n' "cn = $role" signing_key "tls_www_$role" "$@" \
    >"$tmp/template"
  case "$*" in
    *expiration_date*) ;;
    *) echo 'expiration_days = 2' >>"$tmp/template" ;;
  esac
}

# tls_certificate DIR server|client AUTHORITY [LINE]...: make a key and its
# certificate, with these lines of certtool's template.  The directory trusts
# the authority.
tls_certificate ()
{
  local dir=$1 role=$2 ca=$3
  shift 3
  tls_trust "$dir" "$ca"
  new_key "$dir/$role-key.pem"
  write_template "$role" "$@"
  run_certtool --generate-certificate --template "$tmp/template" --no-text \
    --load-privkey "$dir/$role-key.pem" \
    --load-ca-certificate "$tmp/$ca-ca.pem" \
    --load-ca-privkey "$tmp/$ca-ca-key.pem" --outfile "$dir/$role-cert.pem"
}

# tls_self_signed DIR [LINE]...: make a self-signed certificate of a server.
tls_self_signed ()
{
  local dir=$1
  shift
  mkdir -p "$dir"
  new_key "$dir/server-key.pem"
  write_template server "$@"
  run_certtool --generate-self-signed --template "$tmp/template" --no-text \
    --load-privkey "$dir/server-key.pem" --outfile "$dir/server-cert.pem"
  cp "$dir/server-cert.pem" "$dir/ca-cert.pem"
}

# tls_revoke DIR AUTHORITY CERTIFICATE: make a list, in DIR, that revokes the
# certificate.
tls_revoke ()
{
  printf '%s\n' 'crl_next_update = 2' 'crl_number = 1' >"$tmp/template"
  run_certtool --generate-crl --template "$tmp/template" --no-text \
    --load-ca-certificate "$tmp/$2-ca.pem" \
    --load-ca-privkey "$tmp/$2-ca-key.pem" --load-certificate "$3" \
    --outfile "$1/ca-crl.pem"
}

# Make what the server of most tests has, in $tmp/server, and what its clients
# have, in $tmp/client.
usual_certificates ()
{
  requires_certificates
  tls_authority good
  tls_certificate "$tmp/server" server good \
    'dns_name = localhost' 'ip_address = 127.0.0.1'
  tls_trust "$tmp/client" good
}

# tls_keys FILE USER...: write a file with new shared keys for these users.
tls_keys ()
{
  local file=$1 user
  shift
  for user; do
    printf '%s:%s\n' "$user" "$(od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n')"
  done >"$file"
  chmod 600 "$file"
}

# trusting COMMAND...: run a client that requires TLS and trusts $tmp/client.
trusting ()
{
  client "tls require" "tls-certificates $tmp/client" "$@"
}

# keyed COMMAND...: run a client that requires TLS and has the keys of
# $tmp/keys.psk.
keyed ()
{
  client "tls require" "tls-psk-file $tmp/keys.psk" "tls-username alice" "$@"
}

# serve_nbdkit KIND [ARGUMENT]...: start nbdkit with the certificates of
# $tmp/server.  It serves 1 MiB of memory, only with TLS.
serve_nbdkit ()
{
  local kind=$1
  shift
  requires_nbdkit plugin memory
  grep -qx tls=yes <<<"$(nbdkit --dump-config)" || skip "this nbdkit has no TLS"
  serve "$kind" nbdkit -f --tls=require --tls-certificates="$tmp/server" \
    "$@" memory 1M
}

# serve_nbdkit_keys FILE: the same on a Unix socket, with these shared keys.
serve_nbdkit_keys ()
{
  requires_nbdkit plugin memory
  grep -qx tls=yes <<<"$(nbdkit --dump-config)" || skip "this nbdkit has no TLS"
  serve unix nbdkit -f --tls=require --tls-psk="$1" memory 1M
}
