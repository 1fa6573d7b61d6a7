# SPDX-License-Identifier: MIT

bin_PROGRAMS += dump/nbddump
tool_pages += dump/nbddump.1
EXTRA_DIST += dump/nbddump.1.in

dump_nbddump_SOURCES = \
	dump/fetch.c \
	dump/main.c \
	dump/nbddump.h \
	dump/rows.c
dump_nbddump_CPPFLAGS = $(tool_cppflags)
dump_nbddump_LDFLAGS =
dump_nbddump_LDADD = $(tool_libs)

dump_tests = \
	dump/tests/dumps-outlive-killed-servers.sh \
	dump/tests/failing-block-status-is-read-instead.sh \
	dump/tests/failing-read-names-the-offset.sh \
	dump/tests/only-data-is-read.sh \
	dump/tests/output-is-like-the-distributions.sh \
	dump/tests/reads-run-side-by-side.sh \
	dump/tests/rows-are-as-documented.sh
TESTS += $(dump_tests)
EXTRA_DIST += $(dump_tests)
