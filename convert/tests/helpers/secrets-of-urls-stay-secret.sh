#!/bin/bash
# SPDX-License-Identifier: MIT
# Passwords of URLs appear neither in messages nor in the arguments of
# processes.  Keys in the query of a URL do not appear in messages.
. "${srcdir:-.}/tests/lib/convert/helpers.sh"
requires curl
requires_nbdkit plugin curl filter retry filter multi-conn

mkdir "$tmp/web"
random_file "$tmp/web/disk" 64k
secret=veryprivate

# hidden ARGUMENT...: the helper fails, and the message does not contain the
# secret.
hidden ()
{
  refuses . "$helpers" "$@"
  ! grep -e "$secret" "$tmp/stderr" || fail "$*: the secret is told"
  tidy
}

web --user "me:$secret" --key "key=$secret"
begin url "http://me:$secret@127.0.0.1:$port/disk?key=$secret"
tr '\0' '\n' <"/proc/$(child)/cmdline" >"$tmp/words"
grep -q "^user=me$" "$tmp/words"
! grep -v ^url= "$tmp/words" | grep "$secret" || fail "ps shows the password"
! grep "me:$secret" "$tmp/words" || fail "ps shows the password"
[ -z "$(find "$TMPDIR" -type f -perm /077)" ] || fail "others may read it"
end
"$helpers" in-order "http://me:$secret@127.0.0.1:$port/disk?key=$secret" \
  >"$tmp/copy"
same "$tmp/web/disk" "$tmp/copy"

# A writer whose pipe is not read stops, so its arguments can be examined.
truncate -s 8M "$tmp/web/large"
coproc HELPERS {
  exec "$helpers" in-order "http://me:$secret@127.0.0.1:$port/large?key=$secret"
}
helpers_pid=$!
servers+=("$helpers_pid")
wait_until child >"$tmp/child"
wait_until grep -q -z curl "/proc/$(child)/cmdline"
! grep -a "$secret" "/proc/$(child)/cmdline" || fail "ps shows the secrets"
kill "$helpers_pid"
wait "$helpers_pid" || :
unset 'servers[-1]'
tidy

for how in url in-order; do
  hidden $how "http://me:$secret@127.0.0.1:$port/none?key=$secret"
  hidden $how "http://me:$secret@127.0.0.1:$port/disk?key=$secret+"
  hidden $how "http://you:$secret@127.0.0.1:$port/disk?key=$secret"
  hidden $how "http://me:$secret@127.0.0.1:1/disk?key=$secret"
  hidden $how "gopher://me:$secret@127.0.0.1:$port/disk?key=$secret"
  hidden $how "http://me:$secret @127.0.0.1:$port/disk?key=$secret"
  hidden $how "http://me:$secret%0a@127.0.0.1:$port/disk?key=$secret"
  hidden $how "http://me:$secret@127.0.0.1:port/disk?key=$secret"
  hidden $how "http://me:$secret@/disk?key=$secret"
done
