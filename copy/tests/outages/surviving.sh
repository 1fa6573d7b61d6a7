# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2154  # variables of tests and tests/lib
# Functions for copies from and to servers that are killed; to be sourced after
# copy.sh and restarting.sh.  make check-long copies more, and kills more often.

size=64M kills=4
[ -z "${CHECK_LONG-}" ] || size=1G kills=20

# new_content FILE: make it, with data and holes.
new_content ()
{
  local mib=$((${size%[MG]} * (${#size} == 2 ? 1024 : 1)))
  random_file "$1" $((mib / 2))M
  truncate -s $((mib * 5 / 8))M "$1"
  head -c $((mib / 4))M /dev/urandom >>"$1"
  truncate -s "$size" "$1"
}

# new_qcow2 FILE [SOURCE]: make it, empty or with the content of SOURCE.
new_qcow2 ()
{
  if [ $# = 2 ]; then
    qemu-img convert -q -f raw -O qcow2 "$2" "$1"
  else
    qemu-img create -q -f qcow2 "$1" "$size"
  fi
}

# killing SEED SERVER TRANSPORT IMAGE COMMAND...: the command must succeed while
# the server of the image is killed.  URI in the command stands for the server's
# URI.
killing ()
{
  local seed=$1 bytes
  shift
  bytes=$(numfmt --from=iec "$size")
  restarting "$system_python" -B "$srcdir/tests/lib/restarting.py" \
    --seed "$seed" --kills "$kills" --every "$(every "$((bytes / 2))")" "$@"
  was_killed "$kills"
}

# is_disk FILE QCOW2: both must have the same content.
is_disk ()
{
  qemu-img compare -q -f raw -F qcow2 "$1" "$2" \
    || fail "$(qemu-img compare -f raw -F qcow2 "$1" "$2")"
}
