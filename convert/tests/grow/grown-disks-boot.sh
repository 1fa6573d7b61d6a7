#!/bin/bash
# SPDX-License-Identifier: MIT
# A guest whose disk was grown, moved and sparsified boots: a real kernel
# finds its root file system, with the new size and the old content, and its
# swap.
#
# On Debian this needs qemu-system-x86, linux-image-amd64 (or -cloud) and
# busybox-static.  If no kernel is installed, GUEST_KERNELS may name a
# directory with boot/ and lib/modules/ of unpacked packages.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-system-x86_64 qemu-img busybox cpio sfdisk mkswap mke2fs resize2fs
requires_ability "option --expand" "sparsify ext2"
! ldd "$(command -v busybox)" >"$tmp/out" 2>&1 \
  || skip "busybox is not the one of busybox-static"

kernel=
for file in "${GUEST_KERNELS-}"/boot/vmlinuz-*; do
  modules=${GUEST_KERNELS-}/lib/modules/${file##*/vmlinuz-}
  [ ! -r "$file" ] || [ ! -r "$modules/modules.dep" ] || kernel=$file
done
[ -n "$kernel" ] || skip "there is no kernel with modules, see GUEST_KERNELS"
modules=${GUEST_KERNELS-}/lib/modules/${kernel##*/vmlinuz-}

# add_module NAME: add the module and those that it needs to $tmp/initrd.
add_module ()
{
  local files file i name
  read -r -a files < <(sed -n "s|^\\([^:]*/$1\\.ko[.a-z]*\\): *|\\1 |p" \
                         "$modules/modules.dep") || return 0
  for ((i = ${#files[@]} - 1; i >= 0; i--)); do
    file=$modules/${files[i]}
    name=${file##*/}
    name=${name%%.ko*}.ko
    case $file in
      *.xz) xz -dc "$file" ;;
      *.zst) zstd -q -dc "$file" ;;
      *) cat "$file" ;;
    esac >"$tmp/initrd/$name"
    grep -q -x "insmod /$name" "$tmp/modules" 2>"$tmp/out" \
      || echo "insmod /$name" >>"$tmp/modules"
  done
}

make_initrd ()
{
  local name
  mkdir -p "$tmp/initrd/bin" "$tmp/initrd/root" "$tmp/initrd/dev"
  cp "$(command -v busybox)" "$tmp/initrd/bin/busybox"
  : >"$tmp/modules"
  for name in virtio_pci virtio_blk ext4; do add_module $name; done
  {
    echo '#!/bin/busybox sh'
    echo '/bin/busybox --install /bin'
    echo 'PATH=/bin'
    cat "$tmp/modules"
    echo 'mount -t devtmpfs none /dev'
    echo 'mount -t ext4 /dev/vda2 /root || poweroff -f'
    echo 'exec switch_root /root /sbin/init'
  } >"$tmp/initrd/init"
  chmod +x "$tmp/initrd/init"
  (cd "$tmp/initrd" && find . | cpio -o -H newc --quiet) >"$tmp/initrd.img"
}

make_root ()
{
  local directory
  for directory in bin sbin dev proc sys; do
    mkdir -p "$tmp/root/$directory"
  done
  cp "$(command -v busybox)" "$tmp/root/bin/busybox"
  random_file "$tmp/root/data" 3000000
  (cd "$tmp/root" && sha256sum data >sum)
  cat >"$tmp/root/sbin/init" <<'END'
#!/bin/busybox sh
export PATH=/bin
busybox mount -t devtmpfs none /dev
busybox mount -t proc none /proc
busybox mount -o remount,rw /
cd /
busybox sha256sum -c -s sum && echo "hello from the root" >/dev/console
set -- $(busybox df -k / | busybox tail -n 1)
busybox swapon /dev/vda3
set -- "$2" $(busybox tail -n 1 /proc/swaps)
echo "root has $1 KiB, swap has $4 KiB" >/dev/console
busybox mount -o remount,ro /
busybox sync
busybox poweroff -f
END
  chmod +x "$tmp/root/sbin/init"
}

# Make a disk with a boot partition, the root partition, and swap behind it.
make_guest ()
{
  truncate -s 48M "$1"
  printf 'label: gpt\n1M,1M,21686148-6449-6E6F-744E-656564454649\n2M,32M,L\n34M,8M,S\n' \
    | sfdisk -q "$1"
  mke2fs -q -F -t ext4 -E offset=$((2 << 20)) -d "$tmp/root" "$1" 32M
  truncate -s 8M "$tmp/swap"
  chmod 600 "$tmp/swap"
  mkswap -q "$tmp/swap"
  dd if="$tmp/swap" of="$1" bs=1M seek=34 conv=notrunc status=none
}

# boot IMAGE: the guest's console is written to $tmp/console.
boot ()
{
  qemu-system-x86_64 -machine pc,accel=tcg -cpu max -m 256 -nodefaults \
    -display none -no-reboot -nic none -serial "file:$tmp/console" \
    -drive "file=$1,format=qcow2,if=virtio" \
    -kernel "$kernel" -initrd "$tmp/initrd.img" \
    -append "console=ttyS0 panic=-1 quiet" </dev/null &
  servers+=($!)
  wait $! || fail "qemu ended with $?"
  unset 'servers[-1]'
}

make_initrd
make_root
make_guest "$tmp/guest.raw"
PATH=$builddir/fuse:$PATH "$nbdconvert" --size=512M --expand=2 --resize-fs \
  --move --sparsify "$tmp/guest.raw" "$tmp/d/guest.qcow2"
boot "$tmp/d/guest.qcow2"
grep -q "hello from the root" "$tmp/console" || fail "$(cat "$tmp/console")"
said=$(tr -d '\r' <"$tmp/console" | grep "^root has")
read -r _ _ root _ _ _ swap _ <<<"$said"
if [ "$root" -lt 400000 ] || [ "$swap" != 8188 ]; then fail "$said"; fi
! grep -i -e 'ext4-fs.*error' -e panic "$tmp/console" || fail "it complained"
qemu-img check -q "$tmp/d/guest.qcow2"
