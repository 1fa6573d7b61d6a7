#!/bin/bash -
# SPDX-License-Identifier: MIT
# The end of the server's process is taken for the end of its requests.  The
# harness finds it if it is not.

. "${srcdir:-.}/tests/lib/outages.sh"

loses --forged-fence
