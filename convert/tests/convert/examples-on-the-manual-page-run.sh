#!/bin/bash
# SPDX-License-Identifier: MIT
# The examples of the manual page are run as printed, with files of these
# names, and each result is checked.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk
requires qemu-img qemu-nbd xz gzip
nbdconvert=${NBDCONVERT:-$builddir/convert/nbdconvert}
[ -x "$nbdconvert" ] || skip "nbdconvert was not built"
"$nbdconvert" --machine-readable >"$tmp/abilities"
for codec in xz gzip; do
  grep -q "^codec $codec" "$tmp/abilities" || skip "built without $codec"
done

mkdir "$tmp/bin"
# shellcheck disable=SC2016
printf '#!/bin/sh\nexec "%s" "$@"\n' "$nbdconvert" >"$tmp/bin/nbdconvert"
chmod +x "$tmp/bin/nbdconvert"
PATH=$tmp/bin:$PATH
cd "$tmp"
gpt_disk disk.img 64
xz -1 --block-size=4MiB -k disk.img
gzip -1 -k disk.img
qemu-img convert -O qcow2 disk.img template.qcow2
cp disk.img guest.img
cp disk.img original
sha256sum disk.img.xz >SHA256SUMS

# Print the lines of each example, and an empty line behind it.
awk '/^\.SH/ { on = $2 == "EXAMPLES" }
     on && /^\.nf/ { example = 1; next }
     on && /^\.fi/ { example = 0; print "" }
     on && example' "$srcdir/convert/nbdconvert.1.in" \
  | sed -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" >examples

runs=0
while IFS= read -r line; do
  case $line in
    "" | *://*) continue ;; # some would need a network
  esac
  echo "example: $line"
  bash -o pipefail -c "$line" >"out.$runs" 2>&1 \
    || fail "$line: $(cat "out.$runs")"
  runs=$((runs + 1))
  case $line in
    *template.qcow2\ machine.img | *template.qcow2\ grown.img)
      [ "$(stat -c %s "${line##* }")" = $((256 * MiB)) ] || fail "the size"
      is_valid "${line##* }"
      partitions_are_whole "${line##* }" ;;
    *\ disk.qcow2 | *\ archive.qcow2 | *\ disk.old)
      case $line in
        *--plan*) continue ;;
      esac
      qemu-img compare -q -f qcow2 -F raw "${line##* }" original \
        || fail "$line: the result differs" ;;
    *" disk.img" | *" copy.img") same "${line##* }" original ;;
    *sha256sum)
      expect "$(sha256sum <original)" cat "out.$((runs - 1))" ;;
  esac
done <examples
[ "$runs" -ge 10 ] || fail "only $runs examples"
qemu-img info disk.old | grep -q 'compat: 0.10' || fail "no old qcow2"
grep -q '"scratch": [1-9]' "out.2" || fail "$(cat out.2)"
