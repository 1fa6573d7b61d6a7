#!/bin/bash
# SPDX-License-Identifier: MIT
# An export whose name has characters that control a terminal or the direction
# of writing, or that have no width, is a file whose name shows the bytes of
# these characters.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin sh

rlo=$'\xe2\x80\xae' esc=$'\x1b' csi=$'\xc2\x9b' none=$'\xe2\x80\x8b'
cat >"$tmp/plugin" <<SH
#!/bin/bash
case \$1 in
  list_exports) printf '%s\n' NAMES 'a${rlo}gpj' 'b${esc}[2J' 'c${csi}2J' \
    'd${none}' 'é' 'מ' ;;
  open) echo "\$3" ;;
  get_size) echo 512 ;;
  pread) head -c "\$3" < <(yes "<\$2>") ;;
  *) exit 2 ;;
esac
SH
chmod +x "$tmp/plugin"
serve unix nbdkit -f --exit-with-parent sh "$tmp/plugin"
start --exports "$mnt" --unix "$sock"
expect "a%E2%80%AEgpj
b%1B[2J
c%C2%9B2J
d%E2%80%8B
é
מ" ls -N "$mnt"
expect "<a${rlo}gpj>" head -n 1 "$mnt/a%E2%80%AEgpj"
expect "<b${esc}[2J>" head -n 1 "$mnt/b%1B[2J"
expect "<é>" head -n 1 "$mnt/é"
unmount
