#!/bin/bash
# SPDX-License-Identifier: MIT
# A missing file, no line for the user, and a line that is no key are different
# errors.  The client never continues without the key.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_tls
tls_keys "$tmp/keys.psk" alice bob
serve_nbdkit_keys "$tmp/keys.psk"
expect yes keyed "connect-unix $sock" tls-negotiated
expect yes keyed "tls-username bob" "connect-unix $sock" tls-negotiated

keyed "tls-username carol" "fails EINVAL connect-unix $sock" \
  "says $tmp/keys.psk" 'says no_key_for_user_"carol"' \
  "says nbd_set_tls_username"
keyed "tls-username ali" "fails EINVAL connect-unix $sock"
keyed "tls-username alice:" "fails EINVAL connect-unix $sock"
keyed "tls-psk-file $tmp/absent" "fails ENOENT connect-unix $sock" \
  "says $tmp/absent:_No_such_file"
for line in alice alice: alice:xyz; do
  echo "$line" >"$tmp/bad.psk"
  keyed "tls-psk-file $tmp/bad.psk" "fails any connect-unix $sock"
done
LOGNAME=bob expect yes client "tls require" "tls-psk-file $tmp/keys.psk" \
  "connect-unix $sock" tls-negotiated
