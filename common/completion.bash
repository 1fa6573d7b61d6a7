# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion for the NBD tools, installed under the name of each.
# The tool itself lists its options and what may follow them.
# Other words are file names, which "-o default" completes.

# Set word to what the user has typed of the word at the cursor, and before to
# the word before it.  bash splits words at "=" and ":", so its own idea of
# the current word is only the part behind them.
_nbd_typed ()
{
  local line=${COMP_LINE-} words
  line=${line:0:${COMP_POINT-0}}
  read -r -a words <<<"$line"
  case $line in
    *[[:space:]]) words+=("") ;;
  esac
  word=${words[-1]-}
  before=
  [ ${#words[@]} -lt 2 ] || before=${words[-2]}
}

# _nbd_offer WORD...: offer those words that begin with what was typed.
_nbd_offer ()
{
  local found
  mapfile -t found < <(compgen -W "$*" -- "$word")
  # If bash completes only the end of the word, it wants only that part.
  COMPREPLY=("${found[@]#"${word%"$end"}"}")
  case ${found[*]} in
    *[:/]) compopt -o nospace 2>/dev/null || : ;;
  esac
}

_nbd_tools ()
{
  local command=$1 end=${2-} word before words option
  COMPREPLY=()
  _nbd_typed
  # The cursor is behind "=", which is not part of the word to complete.
  [ "$end" != = ] || end=
  case $word in
    --*=*)
      option=${word%%=*}=
      mapfile -t words < <("$command" --option-words "$option" 2>/dev/null)
      _nbd_offer "${words[@]/#/"$option"}" ;;
    --*)
      _nbd_offer "$("$command" --long-options 2>/dev/null)" ;;
    -*)
      _nbd_offer "$("$command" --short-options 2>/dev/null)" \
                 "$("$command" --long-options 2>/dev/null)" ;;
    *)
      case $before in
        -*) _nbd_offer "$("$command" --option-words "$before" 2>/dev/null)" ;;
      esac ;;
  esac
}

complete -o default -F _nbd_tools \
  nbdconvert nbdcopy nbddiscard nbddump nbdfuse nbdinfo nbdsh nbdzero
