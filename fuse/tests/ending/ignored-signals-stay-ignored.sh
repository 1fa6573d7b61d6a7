#!/bin/bash
# SPDX-License-Identifier: MIT
# Background jobs of a script start with SIGINT and SIGQUIT ignored, and nohup
# ignores SIGHUP.  So signals that the terminal sends do not unmount.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory plugin sh

cat >"$tmp/ignoring" <<SH
#!/bin/bash
trap '' INT QUIT HUP
exec "$nbdfuse" "\$@"
SH
chmod +x "$tmp/ignoring"
nbdfuse=$tmp/ignoring

# nbdfuse still serves requests after each signal.
start "$mnt" [ nbdkit memory 1M ]
for signal in INT QUIT HUP; do
  kill -"$signal" "$pid"
  expect 1048576 stat -c %s "$mnt/nbd"
  cmp -n 65536 "$mnt/nbd" /dev/zero
done
unmount

start "$mnt" [ nbdkit memory 1M ]
kill -INT "$pid"
kill -TERM "$pid"
ended_with 143

# Signals stay ignored, too, while nbdfuse waits for a server to end.
mkfifo "$tmp/ends" "$tmp/end"
cat >"$tmp/plugin" <<SH
#!/bin/bash
case \$1 in
  get_size) echo 1M ;;
  pread) head -c "\$3" /dev/zero ;;
  unload) echo >"$tmp/ends"; read -r _ <"$tmp/end" ;;
  *) exit 2 ;;
esac
SH
chmod +x "$tmp/plugin"
start "$mnt" [ nbdkit sh "$tmp/plugin" ]
fusermount3 -u "$mnt"
read -r _ <"$tmp/ends"
for signal in INT QUIT HUP; do
  kill -"$signal" "$pid"
done
echo >"$tmp/end"
ended
