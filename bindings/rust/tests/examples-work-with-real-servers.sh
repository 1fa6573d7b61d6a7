#!/bin/bash -
# SPDX-License-Identifier: MIT
# The examples do what they say, and one of them is the one in the manual page.
. "${srcdir:-.}/tests/lib/functions.sh"

requires_nbdkit plugin file
examples=bindings/rust/target/debug/examples
random_file "$tmp/disk" 3000000
truncate -s 5000000 "$tmp/disk"
serve unix nbdkit --exit-with-parent -f file "$tmp/disk"
uri="nbd+unix:///?socket=$sock"
requires_uris

expect "$uri: 5000000 bytes" "$examples/get_size" "$uri"

expect "5000000 bytes" "$examples/fetch_to_file" "$uri" "$tmp/copy"
same "$tmp/disk" "$tmp/copy"

"$system_python" - "$tmp/disk" >"$tmp/sum" <<'END'
import sys
data = open (sys.argv[1], "rb").read ()
total = sum (byte * place for place, byte in enumerate (data, 1))
print (f"{len (data)} bytes, checksum {total % 2**64:016x}")
END
expect "$(cat "$tmp/sum")" "$examples/concurrent_reads" "$uri"

if [ -x "$examples/tokio_reads" ]; then
  count=$(tr -d '\0' <"$tmp/disk" | wc -c)
  expect "$count of 5000000 bytes are not zero" "$examples/tokio_reads" "$uri"
fi

# The page shows the example without its licence tag.
sed -n '/^\.EX/,/^\.EE/p' "$srcdir/bindings/rust/libnbd-rust.3" \
  | sed -e '/^\.E[XE]/d' -e 's/\\e/\\/g' -e 's/\\-/-/g' >"$tmp/page"
tail -n +2 "$srcdir/bindings/rust/libnbd/examples/get_size.rs" >"$tmp/example"
same "$tmp/page" "$tmp/example"
