# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2154  # functions.sh sets the directories
# The tools that were built, for tests of what they have in common.

# tools: print for each tool a line with its name, its path and the path of its
# manual page.
tools ()
{
  local tool
  for tool in info/nbdinfo dump/nbddump sh/nbdsh discard/nbddiscard \
              zero/nbdzero fuse/nbdfuse copy/nbdcopy convert/nbdconvert; do
    # Python can load a module with sanitizers only through ./run.
    [ "$tool" != sh/nbdsh ] || [ -z "${LIBNBD_SANITIZERS-}" ] || continue
    [ ! -x "$builddir/$tool" ] || echo "${tool#*/} $builddir/$tool" \
                                       "$builddir/$tool.1"
  done
}

# Loops over the tools must not be empty.
[ -n "$(tools)" ] || fail "no tool was built"
