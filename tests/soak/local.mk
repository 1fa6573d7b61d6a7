# SPDX-License-Identifier: MIT
# The soak test: `make soak` runs it for SOAK_MINUTES, 30 unless set; `make
# check` runs a fixed number of operations.

check_PROGRAMS += tests/soak/soak
tests_soak_soak_SOURCES = \
	tests/lib/mortal.c \
	tests/lib/mortal.h \
	tests/lib/ram.c \
	tests/lib/ram.h \
	tests/soak/connection.c \
	tests/soak/lasting.c \
	tests/soak/soak.c \
	tests/soak/soak.h
tests_soak_soak_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib

soak: all tests/soak/soak
	./run tests/soak/soak minutes $${SOAK_MINUTES:-30}
.PHONY: soak

TESTS += tests/soak/data-and-memory-survive-disconnects.sh
EXTRA_DIST += \
	tests/soak/README.md \
	tests/soak/data-and-memory-survive-disconnects.sh
