#!/bin/bash -
# SPDX-License-Identifier: MIT
# Each tool takes the options about staying connected, and checks their values
# at once: a mistake is a usage error that names the option, the value, and
# what the value should be.  If an option is given twice the last one counts.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/tools.sh"

time='a time, which is a number of seconds, a number with ms, s, m or h, or none'

# refuses TOOL STATUS OPTION VALUE PATTERN
refuses ()
{
  local tool=$1 status=$2 option=$3 value=$4 pattern=$5 result=0
  "$tool" "$option=$value" nbd://localhost:1 \
    </dev/null >"$tmp/out" 2>&1 || result=$?
  [ "$result" = "$status" ] \
    || fail "$tool $option=$value exited with $result, not $status"
  grep -qF -e "$option: $pattern" "$tmp/out" \
    || fail "$tool $option=$value said: $(cat "$tmp/out")"
  # The message says what is wrong; "Invalid argument" would add nothing.
  if grep -F 'Invalid argument' "$tmp/out"; then
    fail "$tool $option=$value said what errno means"
  fi
}

while read -r name tool _; do
  status=0
  "$tool" --no-such-option </dev/null >"$tmp/out" 2>&1 || status=$?
  for option in command connect reconnect stall; do
    option=$option-timeout
    refuses "$tool" "$status" "--$option" soon \
            "the value of $option, \"soon\", is not $time"
    refuses "$tool" "$status" "--$option" '' \
            "the value of $option, \"\", is not $time"
    refuses "$tool" "$status" "--$option" -1 "the value of $option, \"-1\""
    refuses "$tool" "$status" "--$option" 700h \
            "the value of $option, \"700h\", is not from 0 to"
    refuses "$tool" "$status" "--$option" '1&unflushed=trust' \
            '"1&unflushed=trust" is more than one value'
  done
  "$tool" --stall-timeout=1 --reconnect-timeout=none --command-timeout=500ms \
          --connect-timeout=2m --stall-timeout=30 --version >"$tmp/out" \
    || fail "$name does not take times"
  case $name in nbdconvert | nbdcopy | nbdfuse) continue ;; esac
  refuses "$tool" "$status" --connections 0 \
          'the value of connections, "0", is not from 1 to 16'
  refuses "$tool" "$status" --connections many \
          'the value of connections, "many", is not a number'
done < <(tools)
