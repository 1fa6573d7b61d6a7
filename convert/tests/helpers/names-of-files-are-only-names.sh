#!/bin/bash
# SPDX-License-Identifier: MIT
# Images are created, written and read, whatever the names of their files are.
# No part of a name is taken for an option, a protocol or another image.
. "${srcdir:-.}/tests/lib/convert/helpers.sh"
requires qemu-nbd qemu-img jq

random_file "$tmp/data" 1024k
mkdir "$tmp/names"
cd "$tmp/names"

# copied FORMAT NAME [compressed]: write an image of this name, and read it.
copied ()
{
  "$helpers" create "$1" "$2" $((1 << 20))
  begin write "$@"
  "$nbdcopy" "$tmp/data" "$uri"
  end
  begin read "$1" "$2"
  "$nbdcopy" "$uri" "$tmp/copy"
  cmp -n 1048576 "$tmp/copy" "$tmp/data"
  end
}

for name in disk 'with space' a,b 'a,,b,' 'file.filename=x,driver=raw' \
            a=b nbd:localhost:1 json: 'json:{"driver":"null-co"}' file:disk \
            -f --help - http://host '"quoted"' "it's" $'new\nline' '%20' \
            '$(touch x)' $'\xff\xfe' 'ü,ö' 'fat:rw:.' \\; do
  case $name in
    http://*) mkdir -p http:/ ;;
  esac
  copied qcow2 "$name"
  [ -e "$name" ] || fail "$name is not there"
done
[ ! -e x ] || fail "a shell has seen it"
mkdir 'di,r:x'
copied qcow2 "$PWD/di,r:x/na:me,"

for format in qcow qed vdi vmdk vhdx vpc parallels raw; do
  copied $format "in,$format"
done
"$system_python" -c 'print("words " * 174762)' >"$tmp/data"
truncate -s 1M "$tmp/data"
copied qcow2 packed,1 compressed
[ "$(qemu-img check --output=json packed,1 | jq '.["compressed-clusters"]')" \
  -gt 0 ] || fail "it is not compressed"
refuses 'only be written as qcow2, not as vmdk' \
  "$helpers" write vmdk in,vmdk compressed

# Options of the format.
"$helpers" create qcow2 options 1048576 cluster_size=4096,lazy_refcounts=on
expect 4096 jq '.["cluster-size"]' <(qemu-img info --output=json options)
refuses 'qemu-img: .*nonsense' "$helpers" create qcow2 options 1024 nonsense=1

# The export of another server, at a socket or a URI.
qemu-img convert -f raw -O qcow2 "$tmp/data" image
serve unix qemu-nbd --persistent --shared=4 -r -f raw image
ln -s "$sock" "$tmp/a,b"
for address in "$tmp/a,b" "nbd+unix:///?socket=$sock"; do
  begin read-nbd qcow2 "$address"
  "$nbdcopy" "$uri" - | cmp - "$tmp/data"
  end
done
tidy
