# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Seeds of the brittle server, for the tests that begin with
#   . "${srcdir:-.}/tests/lib/outages.sh"

# shellcheck source=tests/lib/functions.sh
. "${srcdir:-.}/tests/lib/functions.sh"

# seeds FIRST COUNT LONG [OPTION...]: so many from the first on, or with
# CHECK_LONG so many more, lose nothing.
seeds ()
{
  local first=$1 count=$2
  [ -z "${CHECK_LONG-}" ] || count=$3
  shift 3
  "$builddir/tests/outages/survive" \
    --seeds "$first-$((first + count - 1))" "$@"
}

# loses OPTION...: the harness finds it in one of 300 seeds.
loses ()
{
  "$builddir/tests/outages/survive" --seeds 1-300 --expect-loss "$@"
}
