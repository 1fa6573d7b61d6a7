#!/bin/bash -
# SPDX-License-Identifier: MIT
# The library takes the end of the server's process as proof that its requests
# have ended.  The harness finds the loss if that is not true.

. "${srcdir:-.}/tests/lib/outages.sh"

loses --forged-fence
