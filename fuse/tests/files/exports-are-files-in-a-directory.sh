#!/bin/bash
# SPDX-License-Identifier: MIT
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin sh

cat >"$tmp/plugin" <<'SH'
#!/bin/bash
case $1 in
  list_exports) printf 'NAMES\n\nfirst\na/b\n50%%\n..\n' ;;
  open) echo "$3" ;;
  get_size) [ "$2" != first ] && echo 1M || echo 2M ;;
  pread) head -c "$3" < <(yes "<$2>") ;;
  can_write) [ "$2" = first ] || exit 3 ;;
  pwrite) cat >/dev/null ;;
  *) exit 2 ;;
esac
SH
chmod +x "$tmp/plugin"
serve unix nbdkit -f --exit-with-parent sh "$tmp/plugin"
start --exports "$mnt" --unix "$sock"
expect "%2E%2E
50%25
a%2Fb
first
nbd" ls "$mnt"
expect "2097152 -rw-rw-rw-" stat -c '%s %A' "$mnt/first"
expect "1048576 -r--r--r--" stat -c '%s %A' "$mnt/nbd"
for name in %2E%2E:.. 50%25:50% a%2Fb:a/b first:first nbd:; do
  expect "<${name#*:}>" head -n 1 "$mnt/${name%%:*}"
done
dd if=/dev/zero of="$mnt/first" bs=4k count=1 conv=notrunc status=none
fails dd if=/dev/zero of="$mnt/nbd" bs=4k count=1 conv=notrunc status=none
fails cat "$mnt/second"
unmount
