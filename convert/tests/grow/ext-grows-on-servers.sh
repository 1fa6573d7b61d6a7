#!/bin/bash
# SPDX-License-Identifier: MIT
# A file system on a server grows through a mount of nbdfuse.  Afterwards
# nothing is mounted: after success, after errors, and after signals, even
# those that cannot be caught.
. "${srcdir:-.}/tests/lib/convert/helpers.sh"
. "${srcdir:-.}/tests/lib/convert/ext.sh"
requires qemu-nbd qemu-img
[ -x fuse/nbdfuse ] || skip "nbdfuse was not built"
[ -w /dev/fuse ] || skip "/dev/fuse is missing or may not be used"
requires fusermount3
file_system=$builddir/convert/tests/grow/file-system
PATH=$builddir/fuse:$PATH
make_files

# not_mounted: nothing is mounted in our temporary directory.
not_mounted ()
{
  ! grep -q -F "$TMPDIR" /proc/self/mountinfo
}

# image: make $tmp/image anew.
image ()
{
  make_ext "$tmp/disk" 24M -t ext4
  qemu-img convert -f raw -O qcow2 "$tmp/disk" "$tmp/image"
}

# A server that is started by a command, and a server that runs already.
image
"$file_system" served $start $((100 * MiB)) [ qemu-nbd -f qcow2 "$tmp/image" ] \
  >"$tmp/out" 2>&1 || {
  ! grep -q 'cannot mount' "$tmp/out" || skip "nbdfuse cannot mount here"
  fail "$(cat "$tmp/out")"
}
[ ! -s "$tmp/out" ] || fail "it said $(cat "$tmp/out")"
not_mounted || fail "it is still mounted"
tidy
serve unix qemu-nbd -t -f qcow2 "$tmp/image"
"$file_system" served $start $((200 * MiB)) "nbd+unix:///?socket=$sock"
stop_server
not_mounted || fail "it is still mounted"
tidy
qemu-img convert -f qcow2 -O raw "$tmp/image" "$tmp/disk"
disk=$tmp/disk
ext_is_whole $((200 * MiB))

# A read-only server.
! "$file_system" served $start $((250 * MiB)) \
  [ qemu-nbd -r -f qcow2 "$tmp/image" ] >"$tmp/out" 2>&1 || fail "it wrote"
not_mounted || fail "it is still mounted"
tidy

# A resize2fs that never ends, and keeps the file open.
mkdir "$tmp/bin"
cat >"$tmp/bin/resize2fs" <<END
#!/bin/bash
echo \$\$ >"$tmp/begun"
exec tail -f /dev/stdin
END
chmod +x "$tmp/bin/resize2fs"
mkfifo "$tmp/begun"
for signal in INT TERM HUP KILL; do
  image
  # shellcheck disable=SC2034  # of other jobs signals are ignored
  coproc GROWS {
    PATH=$tmp/bin:$PATH
    exec "$file_system" served $start $((100 * MiB)) \
      [ qemu-nbd -f qcow2 "$tmp/image" ] 2>"$tmp/out"
  }
  pid=$!
  servers+=("$pid")
  read -r busy <"$tmp/begun" || fail "$(cat "$tmp/out")"
  grep -q -F "$TMPDIR" /proc/self/mountinfo || fail "it is not mounted"
  kill -$signal "$pid"
  status=0
  wait "$pid" || status=$?
  unset 'servers[-1]'
  [ $status = $((128 + $(kill -l $signal))) ] || fail "$signal: $status"
  wait_until [ ! -e "/proc/$busy" ]
  [ $signal != KILL ] || wait_until not_mounted
  not_mounted || fail "$signal: it is still mounted"
  [ $signal = KILL ] || tidy
done
