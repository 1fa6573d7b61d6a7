#!/bin/bash -
# SPDX-License-Identifier: MIT
# Completion offers all options that a tool lists, and leaves files to bash.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/tools.sh"

# complete_word WORD: what bash would offer for WORD after the tool's name,
# sorted.
complete_word ()
{
  bash --norc -c '
    . "$1"
    COMPREPLY=()
    COMP_LINE="$2 $3" COMP_POINT=$((${#2} + 1 + ${#3}))
    _nbd_tools "$2" "$3" "$2"
    printf "%s\n" "${COMPREPLY[@]}"' \
    bash "$srcdir/common/completion.bash" "$tool" "$1" | sed '/^$/d' | sort
}

while read -r name tool _; do
  expect "$("$tool" --long-options | sort)" complete_word --
  expect "$({ "$tool" --long-options; "$tool" --short-options; } | sort)" \
    complete_word -
  expect "" complete_word fil
  expect "" complete_word --some=fil
  # Words without a completion are completed as file names.
  bash --norc -c '. "$1"; complete -p "$2"' bash \
    "$srcdir/common/completion.bash" "$name" | grep -q -e '-o default' \
    || fail "$name is not completed"
done < <(tools)

tool=$builddir/info/nbdinfo
expect "--can
--can-not
--cannot
--cant" complete_word --can
