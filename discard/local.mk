# SPDX-License-Identifier: MIT

# nbddiscard and nbdzero have all their code in common, except main.
discard_sources = \
	discard/check.c \
	discard/clear.c \
	discard/discard.h \
	discard/main.c

bin_PROGRAMS += discard/nbddiscard
discard_nbddiscard_SOURCES = discard/nbddiscard.c $(discard_sources)
discard_nbddiscard_CPPFLAGS = $(tool_cppflags)
discard_nbddiscard_LDFLAGS =
discard_nbddiscard_LDADD = $(tool_libs)
tool_pages += discard/nbddiscard.1
EXTRA_DIST += discard/nbddiscard.1.in

discard_tests = \
	discard/tests/a-block-size-leaves-the-edges-alone.sh \
	discard/tests/a-failing-request-names-its-range.sh \
	discard/tests/a-part-can-be-discarded.sh \
	discard/tests/a-range-behind-the-end-is-a-warning.sh \
	discard/tests/a-refused-piece-is-done-in-parts.py \
	discard/tests/check-finds-data.sh \
	discard/tests/check-goes-on-behind-a-failing-block-status.sh \
	discard/tests/discards-outlive-killed-servers.sh \
	discard/tests/it-asks-before-it-discards.sh \
	discard/tests/the-servers-own-words-are-told.py \
	discard/tests/what-the-server-cannot-do-is-said.sh \
	discard/tests/wrong-usage-exits-with-2.sh
TESTS += $(discard_tests)
EXTRA_DIST += $(discard_tests)
