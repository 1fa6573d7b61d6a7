# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2154  # functions.sh sets the directories
# The tools that were built, for tests of what they have in common.

# tools: name and path of each, and of its manual page, in lines.
tools ()
{
  local tool
  for tool in info/nbdinfo dump/nbddump sh/nbdsh discard/nbddiscard \
              zero/nbdzero fuse/nbdfuse copy/nbdcopy convert/nbdconvert; do
    # Python alone does not load a module that has sanitizers.
    [ "$tool" != sh/nbdsh ] || [ -z "${LIBNBD_SANITIZERS-}" ] || continue
    [ ! -x "$builddir/$tool" ] || echo "${tool#*/} $builddir/$tool" \
                                       "$builddir/$tool.1"
  done
}
