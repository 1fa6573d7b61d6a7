#!/bin/bash
# SPDX-License-Identifier: MIT
# A range whose status the server cannot tell counts as data, and the map
# continues behind it.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin sh

# A thin disk with data at 3 GiB, and a position where block status fails.
cat >"$tmp/plugin" <<SH
#!/bin/bash
G=\$((1 << 30)) bad=\$(((1 << 30) + 300000000))
case \$1 in
  get_size) echo 4G ;;
  can_extents) ;;
  pread) head -c "\$3" /dev/zero ;;
  extents)
    echo >>"$tmp/queries"
    begin=\$4 end=\$((\$4 + \$3))
    if [ \$begin -le \$bad ] && [ \$bad -lt \$end ]; then
      echo "EIO the map is damaged" >&2
      exit 1
    fi
    if [ \$end -le \$((3 * G)) ]; then
      echo "\$begin \$3 hole,zero"
      exit
    fi
    echo "0 \$((3 * G)) hole,zero"
    echo "\$((3 * G)) 1048576"
    echo "\$((3 * G + 1048576)) \$((G - 1048576)) hole,zero" ;;
  *) exit 2 ;;
esac
SH
chmod +x "$tmp/plugin"
map=$srcdir/tests/lib/mounts/seek-data.py
start "$mnt" [ nbdkit sh "$tmp/plugin" ]
expect "$((20961 * 65536)) 65536
$((3 << 30)) 1048576
No such device or address" "$system_python" "$map" "$mnt/nbd"
blocks_become 2176
[ "$(wc -l <"$tmp/queries")" -lt 150 ] \
  || fail "it took $(wc -l <"$tmp/queries") queries"
unmount

# If block status always fails, few queries are sent.
sed -i 's/\[ .bad -lt .end \]/true/; s/\[ .begin -le .bad \]/true/' "$tmp/plugin"
: >"$tmp/queries"
start "$mnt" [ nbdkit sh "$tmp/plugin" ]
expect "0 4294967296
No such device or address" "$system_python" "$map" "$mnt/nbd"
[ "$(wc -l <"$tmp/queries")" -lt 100 ] \
  || fail "it took $(wc -l <"$tmp/queries") queries"
unmount
