#!/bin/bash
# SPDX-License-Identifier: MIT
# What a helper writes to standard error becomes part of our message, in one
# line that is safe to print.  However much it writes, the helper never waits.
# The message says if it was killed, and which package has it if it is
# missing.
. "${srcdir:-.}/tests/lib/convert/helpers.sh"
requires qemu-nbd qemu-img

# script NAME: make a program from standard input.
script ()
{
  cat >"$tmp/$1"
  chmod +x "$tmp/$1"
}

script fails <<'END'
#!/bin/bash
for i in {1..20}; do echo "line $i" >&2; done
printf 'fails: error: \e[2Ja\tb\r\n\nline 20\nline 20\n' >&2
exit 3
END
cd "$tmp"
PATH=$PATH:$tmp
refuses '^helpers: errno 0: fails: line 1[0-9]; .*; line 20; ?\[2Ja?b; line 20$' \
  "$helpers" run fails

script is-killed <<'END'
#!/bin/bash
echo it goes wrong >&2
kill -SEGV $$
END
refuses 'is-killed was killed by signal 11 (Segmentation fault): it goes wrong' \
  "$helpers" run is-killed
refuses 'false ended with status 1, and did not say why' "$helpers" run false

# 10 MB of messages, of which the last ones are kept.
script chatters <<'END'
#!/bin/bash
yes words | head -n 2000000 >&2
echo done
echo last >&2
exit "$1"
END
expect 'done' "$helpers" run chatters 0
refuses 'chatters: .*words; last' "$helpers" run chatters 1

# Servers that cannot start.
random_file noise 64k
refuses 'qemu-nbd: .*not in qcow2 format' "$helpers" read qcow2 noise
refuses 'qemu-nbd: .*No such file' "$helpers" read qcow2 none
refuses 'qemu-img: ' \
  "$helpers" create qcow2 made 9223372036854775807
script ends <<'END'
#!/bin/bash
echo not today >&2
END
refuses 'ends: not today' "$helpers" serve ends

# A helper that is killed while it works.
qemu-img create -q -f qcow2 disk 1M
begin read qcow2 disk
expect nothing said
kill -KILL "$(child)"
expect 'qemu-nbd was killed by signal 9 (Killed)' said
! end || fail "that was no good end"
grep -q 'was killed by signal 9' stderr

# A PATH without the helpers.
mkdir bin
for program in bash env; do ln -s "$(command -v $program)" bin; done
# missing TEXT ARGUMENT...: the message says what is missing.
missing ()
{
  PATH=$tmp/bin refuses_here "$@"
}
refuses_here ()
{
  local text=$1 status=0
  shift
  "$@" 2>stderr || status=$?
  [ $status = 1 ] || fail "status $status: $*"
  [[ $(<stderr) == *$text* ]] || fail "no \"$text\" in: $(<stderr)"
}
missing 'nbdkit is needed to read https:// URLs by ranges; it is in the package nbdkit' \
  "$helpers" url https://localhost/disk
missing 'nbdkit is needed to read ssh:// URLs by ranges; it is in the package nbdkit' \
  "$helpers" url ssh://localhost/disk
missing 'curl is needed to read http:// URLs in order; it is in the package curl' \
  "$helpers" in-order http://localhost/disk
missing 'qemu-nbd is needed to read images of the format vhd; it is in the package qemu-utils' \
  "$helpers" read vpc disk
missing 'qemu-nbd is needed to write images of the format qcow2; it is in the package qemu-utils' \
  "$helpers" write qcow2 disk
missing 'qemu-img is needed to make images of the format qcow2; it is in the package qemu-utils' \
  "$helpers" create qcow2 made 1024
missing 'qemu-img is not installed; it is in the package qemu-utils' \
  "$helpers" run qemu-img info disk

# nbdkit is installed without its plugin, or without a filter.
for what in plugin filter; do
  name=curl
  [ $what = plugin ] || name=retry
  script bin/nbdkit <<END
#!/bin/bash
echo "nbdkit: error: cannot open $what '$name': $name.so: cannot open it" >&2
exit 1
END
  missing "nbdkit's $what $name is needed to read ftp:// URLs by ranges; it is in the package nbdkit, or else in nbdkit-$name-$what" \
    "$helpers" url ftp://localhost/disk
done
tidy
