# SPDX-License-Identifier: MIT

bin_PROGRAMS += zero/nbdzero
zero_nbdzero_SOURCES = zero/nbdzero.c $(discard_sources)
zero_nbdzero_CPPFLAGS = $(tool_cppflags) -I$(srcdir)/discard
zero_nbdzero_LDFLAGS =
zero_nbdzero_LDADD = $(tool_libs)
tool_pages += zero/nbdzero.1
EXTRA_DIST += zero/nbdzero.1.in

zero_tests = \
	zero/tests/a-block-size-is-respected.sh \
	zero/tests/a-large-export-is-zeroed-in-pieces.sh \
	zero/tests/allocate-keeps-the-space.sh \
	zero/tests/check-asks-for-whole-blocks.sh \
	zero/tests/check-tells-whether-it-is-zero.sh \
	zero/tests/fast-zero-is-refused-where-it-is-slow.sh \
	zero/tests/only-the-range-becomes-zero.sh \
	zero/tests/zeroes-outlive-killed-servers.sh
TESTS += $(zero_tests)
EXTRA_DIST += $(zero_tests)
