# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion for the NBD tools, installed under the name of each.
# Options are those that the tool itself lists.  Other words are files, left
# to "-o default".

_nbd_tools ()
{
  local command=$1 word=${2-}
  COMPREPLY=()
  case $word in
    *=*) ;;
    --*)
      mapfile -t COMPREPLY < <(compgen -W \
        "$("$command" --long-options 2>/dev/null)" -- "$word") ;;
    -*)
      mapfile -t COMPREPLY < <(compgen -W \
        "$("$command" --short-options 2>/dev/null)
         $("$command" --long-options 2>/dev/null)" -- "$word") ;;
  esac
}

complete -o default -F _nbd_tools \
  nbdcopy nbddiscard nbddump nbdfuse nbdinfo nbdsh nbdzero
