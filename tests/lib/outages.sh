# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Seeds of the brittle server, for the tests that begin with
#   . "${srcdir:-.}/tests/lib/outages.sh"

# shellcheck source=tests/lib/functions.sh
. "${srcdir:-.}/tests/lib/functions.sh"

# seeds FIRST COUNT LONG [OPTION...]: run COUNT seeds, or with CHECK_LONG LONG
# seeds, beginning with FIRST.  Nothing may be lost.
seeds ()
{
  local first=$1 count=$2
  [ -z "${CHECK_LONG-}" ] || count=$3
  shift 3
  "$builddir/tests/outages/survive" \
    --seeds "$first-$((first + count - 1))" "$@"
}

# loses OPTION...: the harness must find a loss in one of 300 seeds.
loses ()
{
  "$builddir/tests/outages/survive" --seeds 1-300 --expect-loss "$@"
}
