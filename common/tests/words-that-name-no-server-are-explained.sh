#!/bin/bash -
# SPDX-License-Identifier: MIT
# What is no server on the command line is refused, and the message says why: it
# is a disk image, no socket is there, or no space is behind a bracket.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/tools.sh"

cd "$tmp"
touch disk.img

# refuses COMMAND... WORD MESSAGE: the command refuses the word.
refuses ()
{
  local message="${*: -1}" status=0
  set -- "${@:1:$#-1}"
  "$@" </dev/null >out 2>&1 || status=$?
  [ "$status" -eq 1 ] || [ "$status" -eq 2 ] || fail "$* exited with $status"
  grep -qF -e "$message" out || fail "$* said: $(cat out)"
}

while read -r name tool _; do
  case $name in
    nbdsh | nbdcopy | nbdconvert) continue ;; # other words mean something there
    nbdfuse) command=("$tool" "$tmp") ;;
    *) command=("$tool") ;;
  esac
  refuses "${command[@]}" disk.img ': disk.img is a file and not a server'
  refuses "${command[@]}" disk.img '[ qemu-nbd -f FORMAT disk.img ]'
  refuses "${command[@]}" ./no.sock \
          ': ./no.sock: there is no such socket: No such file or directory'
  refuses "${command[@]}" '[true' '[ COMMAND ... ]'
  for word in localhost nbd:unix:/no.sock https://localhost/disk; do
    refuses "${command[@]}" "$word" "\"$word\" is not an NBD URI"
  done
done < <(tools)

refuses "$builddir/info/nbdinfo" 'a server is needed'
refuses "$builddir/dump/nbddump" 'a server is needed'
