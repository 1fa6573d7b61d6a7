#!/bin/bash
# SPDX-License-Identifier: MIT
# nbdfuse ends without waiting for replies to block status requests of a large
# disk and a slow server, and without sending more.  No data is lost.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory plugin sh filter delay

quietly_ended ()
{
  ended_with "$1"
  expect "" cat "$tmp/err"
}

# A pass over this disk takes 41 s.
for end in 0 143; do
  start "$mnt" [ nbdkit --filter=delay memory 2T delay-extents=20ms ]
  ls -l "$mnt" >/dev/null
  if [ $end = 0 ]; then
    fusermount3 -u "$mnt"
  else
    kill "$pid"
  fi
  quietly_ended $end
done

# A server that answers queries only at the end of the test, when it is told
# to; data is written and flushed meanwhile.
mkfifo "$tmp/extents" "$tmp/answer"
exec {answer}<>"$tmp/answer"
on_exit+=("yes | head -n 20 >&$answer")
cat >"$tmp/plugin" <<SH
#!/bin/bash
case \$1 in
  thread_model) echo parallel ;;
  get_size) echo 2T ;;
  can_write | can_flush | can_extents) ;;
  extents)
    echo >"$tmp/extents"
    read -r _ <"$tmp/answer"
    echo "\$4 65536 hole,zero" ;;
  pread) head -c "\$3" /dev/zero ;;
  pwrite) cat >>"$tmp/written" ;;
  flush) echo flush >>"$tmp/flushed" ;;
  *) exit 2 ;;
esac
SH
chmod +x "$tmp/plugin"
serve unix nbdkit -f --exit-with-parent sh "$tmp/plugin"
start "$mnt" --unix "$sock"
stat "$mnt/nbd" >/dev/null &
read -r _ <"$tmp/extents"
dd if=/dev/zero of="$mnt/nbd" bs=4k count=1 conv=notrunc status=none
wait $!
fusermount3 -u "$mnt"
quietly_ended 0
expect 4096 stat -c %s "$tmp/written"
expect flush cat "$tmp/flushed"

# The same while a program seeks data.
start "$mnt" --unix "$sock"
"$system_python" -c 'import os, sys
file = os.open(sys.argv[1], os.O_RDONLY)
os.lseek(file, 0, os.SEEK_DATA)' "$mnt/nbd" 2>/dev/null &
read -r _ <"$tmp/extents"
kill "$pid"
quietly_ended 143
! wait $! || fail "lseek succeeded"
