# SPDX-License-Identifier: MIT
# Outages: a server that breaks, and a checker of what a client was promised.
# `tests/outages/survive --seeds 1-100` runs by hand; see tests/README.md.

check_PROGRAMS += tests/outages/survive
tests_outages_survive_SOURCES = \
	tests/outages/harness/async.c \
	tests/outages/harness/blocking.c \
	tests/outages/harness/command.c \
	tests/outages/harness/harness.h \
	tests/outages/harness/main.c \
	tests/outages/harness/run.c \
	tests/outages/lib/brittle.c \
	tests/outages/lib/brittle.h \
	tests/outages/lib/checker.c \
	tests/outages/lib/checker.h \
	tests/outages/lib/connection.c \
	tests/outages/lib/disk.c \
	tests/outages/lib/disk.h \
	tests/outages/lib/ghosts.c \
	tests/outages/lib/handshake.c \
	tests/outages/lib/listen.c \
	tests/outages/lib/outages.c \
	tests/outages/lib/parts.h \
	tests/outages/lib/random.h \
	tests/outages/lib/replies.c \
	tests/outages/lib/requests.c \
	tests/outages/lib/server.c
tests_outages_survive_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/outages/lib

test_scripts += \
	tests/outages/calm-servers-answer-in-any-order.sh \
	tests/outages/lost-writes-and-lying-flushes-are-seen.sh \
	tests/outages/programs-that-wait-for-ghosts-lose-what-they-expect.sh
