#!/bin/bash
# SPDX-License-Identifier: MIT
# Users other than root can mount, if fusermount3 is setuid root.
if [ -z "${in_namespace:-}" ] && unshare --mount true 2>/dev/null; then
  in_namespace=yes exec unshare --mount bash "$0"
fi
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory
requires setpriv
[ "$(id -u)" = 0 ] || skip "only root can become another user"
[ -u "$(command -v fusermount3)" ] || skip "fusermount3 is not setuid root"

# Some containers do not let users open the device, so make one for them.
if [ -n "${in_namespace:-}" ]; then
  # The namespace has copies of other tests' mounts, which could then not end.
  while read -r _ directory type _; do
    case $type in fuse | fuse.*) umount -l "$directory" || : ;; esac
  done </proc/self/mounts
  mkdir "$tmp/dev"
  mount -t tmpfs none "$tmp/dev"
  on_exit+=("umount '$tmp/dev'")
  if mknod -m 666 "$tmp/dev/fuse" c 10 229 2>/dev/null; then
    mount --bind "$tmp/dev/fuse" /dev/fuse
    on_exit=("umount /dev/fuse" "${on_exit[@]}")
  fi
fi

# Other users may not be allowed to read the build tree.
program=$builddir/fuse/.libs/nbdfuse
[ -x "$program" ] || program=$nbdfuse
cp "$program" "$library_dir"/libnbd.so.0 "$tmp"
chmod 755 "$tmp" "$tmp"/nbdfuse "$tmp"/libnbd.so.0
chown nobody "$mnt"
as_nobody ()
{
  LD_LIBRARY_PATH=$tmp setpriv --reuid=nobody --regid=nogroup --clear-groups \
    "$@"
}
as_nobody true 2>/dev/null || skip "cannot become the user nobody"
as_nobody "$tmp/nbdfuse" --version >/dev/null \
  || skip "nobody may not run programs in $tmp"
cat >"$tmp/as-nobody" <<'SCRIPT'
#!/bin/bash
exec env LD_LIBRARY_PATH="${0%/*}" setpriv --reuid=nobody --regid=nogroup \
  --clear-groups "${0%/*}/nbdfuse" "$@"
SCRIPT
chmod 755 "$tmp/as-nobody"
nbdfuse=$tmp/as-nobody
ready_mode=666

random_file "$tmp/data" 1M
chmod 644 "$tmp/data"
for end in 0 143; do
  start "$mnt" [ nbdkit memory 8M ]
  expect nobody as_nobody stat -c %U "$mnt/nbd"
  as_nobody dd if="$tmp/data" of="$mnt/nbd" bs=64k conv=notrunc,fsync 2>/dev/null
  as_nobody cmp -n 1048576 "$tmp/data" "$mnt/nbd"
  # Other users, even root, have no access.
  fails cat "$mnt/nbd"
  if [ $end = 0 ]; then
    as_nobody fusermount3 -u "$mnt"
  else
    kill -TERM "$pid"
  fi
  ended_with $end
done
