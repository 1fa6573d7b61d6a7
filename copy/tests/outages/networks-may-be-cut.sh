#!/bin/bash
# SPDX-License-Identifier: MIT
# A cable is unplugged in the middle of a copy and plugged in again: packets are
# lost, and neither side gets an error.  The server runs in one network
# namespace, the copy in another.
. "${srcdir:-.}/tests/lib/copy.sh"
requires ip qemu-nbd
near=near-$$ far=far-$$
ip netns add "$near" 2>/dev/null || skip "network namespaces are not permitted"
on_exit+=("ip netns del '$near'; ip netns del '$far' 2>/dev/null")
ip netns add "$far"
ip -n "$near" link add cable type veth peer name cable netns "$far" \
  || skip "virtual network devices are not permitted"
ip -n "$near" address add 192.0.2.1/30 dev cable
ip -n "$far" address add 192.0.2.2/30 dev cable
ip -n "$near" link set cable up
ip -n "$far" link set cable up

random_file "$tmp/in" 4M
cp "$tmp/in" "$tmp/source"
truncate -s 4M "$tmp/disk"

# cut NAMESPACE SOURCE DESTINATION: copy, and take down the network device in
# that namespace for a while.
cut ()
{
  local end=$1 pid
  shift
  : >"$tmp/progress"
  ip netns exec "$near" "$nbdcopy" --rate=2M --request-size=64K --flush \
    --progress=3 --stall-timeout=300ms --reconnect-timeout=2m \
    --connect-timeout=2m "$1" "$2" 3>"$tmp/progress" 2>"$tmp/stderr" &
  pid=$!
  wait_until grep -q '^[1-9]' "$tmp/progress"
  ip -n "$end" link set cable down
  wait_until grep -q 'waiting for the server' "$tmp/stderr"
  ip -n "$end" link set cable up
  wait $pid || fail "$(cat "$tmp/stderr")"
  grep -q 'neither sent nor taken a byte for 0.3 s.*is open again' \
    "$tmp/stderr" || fail "$(cat "$tmp/stderr")"
}

# serve_far FILE: serve it in the other namespace, where the port is free.
serve_far ()
{
  ip netns exec "$far" qemu-nbd -t -e 16 -f raw -b 192.0.2.2 -p 10809 "$1" &
  server=$!
  servers+=("$server")
}

serve_far "$tmp/source"
cut "$far" nbd://192.0.2.2 "$tmp/out"
same "$tmp/in" "$tmp/out"
stop_server
serve_far "$tmp/disk"
cut "$near" "$tmp/in" nbd://192.0.2.2
same "$tmp/in" "$tmp/disk"
