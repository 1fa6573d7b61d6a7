#!/bin/bash
# SPDX-License-Identifier: MIT
# A URL is read by ranges, also through redirections, with a password, and if
# connections break in the middle.  Servers without ranges are detected, and
# read in order.
. "${srcdir:-.}/tests/lib/convert/helpers.sh"
requires curl
requires_nbdkit plugin curl filter retry filter multi-conn

enotsup=95

mkdir "$tmp/web"
random_file "$tmp/web/disk" 3m
printf x >>"$tmp/web/disk"

# read_by_ranges URL: the content is that of the file.
read_by_ranges ()
{
  begin url "$1"
  "$nbdcopy" "$uri" "$tmp/copy"
  same "$tmp/web/disk" "$tmp/copy"
  end
  tidy
}

# read_in_order URL: the content is that of the file.
read_in_order ()
{
  "$helpers" in-order "$1" >"$tmp/copy"
  same "$tmp/web/disk" "$tmp/copy"
  tidy
}

web --redirect --log "$tmp/log"
begin url "$web/disk"
[[ $(client "connect-uri $uri" flags) == *multi-conn* ]] \
  || fail "only one connection may be used"
end
read_by_ranges "$web/disk"
grep -q 'GET /disk bytes=' "$tmp/log"
read_by_ranges "$web/to-disk"
read_by_ranges "HTTP://127.0.0.1:$port/disk#nothing"
read_in_order "$web/to-disk"

web --break 2
read_by_ranges "$web/disk"

web --user "me@home:one,\"two\"\\ three"
read_by_ranges "http://me%40home:one,%22two%22%5C%20three@127.0.0.1:$port/disk"
read_in_order "http://me%40home:one,%22two%22%5C%20three@127.0.0.1:$port/disk"
refuses 'errno 0: nbdkit: .*401' \
  "$helpers" url "$web/disk"

web --no-ranges
refuses "errno $enotsup: nbdkit: .*range" \
  "$helpers" url "$web/disk"
read_in_order "$web/disk"
web --no-head
refuses "errno $enotsup: " "$helpers" url "$web/disk"
read_in_order "$web/disk"
web --no-ranges --no-length
refuses "errno $enotsup: " "$helpers" url "$web/disk"
read_in_order "$web/disk"

refuses "errno 0: nbdkit: .*404" \
  "$helpers" url "$web/none"
refuses 'curl: .*404' "$helpers" in-order "$web/none"

# A reply that breaks off is an error.
web --cut
refuses 'curl: (18)' "$helpers" in-order "$web/disk"
tidy
