# SPDX-License-Identifier: MIT
# The headers for main loops: the same scenarios run with each of them.

loops_sources = \
	tests/lib/mortal.c \
	tests/lib/mortal.h \
	tests/lib/ram.c \
	tests/lib/ram.h \
	tests/loops/client-in-loop.c \
	tests/loops/client-in-loop.h \
	tests/loops/finding-servers.c \
	tests/loops/loop.h \
	tests/loops/scenarios.c
loops_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib

tests_loops_libev_drives_handles_SOURCES = tests/loops/ev.c $(loops_sources)
tests_loops_libev_drives_handles_CPPFLAGS = $(loops_cppflags)
tests_loops_libev_drives_handles_LDADD = $(LDADD) $(LIBEV_LIBS)
tests_loops_libevent_drives_handles_SOURCES = \
	tests/loops/event.c \
	$(loops_sources)
tests_loops_libevent_drives_handles_CPPFLAGS = \
	$(loops_cppflags) \
	$(LIBEVENT_CFLAGS)
tests_loops_libevent_drives_handles_LDADD = $(LDADD) $(LIBEVENT_LIBS)
tests_loops_libuv_drives_handles_SOURCES = tests/loops/uv.c $(loops_sources)
tests_loops_libuv_drives_handles_CPPFLAGS = $(loops_cppflags) $(LIBUV_CFLAGS)
tests_loops_libuv_drives_handles_LDADD = $(LDADD) $(LIBUV_LIBS)
tests_loops_glib_drives_handles_SOURCES = tests/loops/glib.c $(loops_sources)
tests_loops_glib_drives_handles_CPPFLAGS = $(loops_cppflags) $(GLIB_CFLAGS)
tests_loops_glib_drives_handles_LDADD = $(LDADD) $(GLIB_LIBS)
tests_loops_glib_sources_can_be_cancelled_CPPFLAGS = \
	$(AM_CPPFLAGS) \
	$(GLIB_CFLAGS)
tests_loops_glib_sources_can_be_cancelled_LDADD = $(LDADD) $(GLIB_LIBS)

if HAVE_GLIB
test_programs += \
	tests/loops/glib-drives-handles \
	tests/loops/glib-sources-can-be-cancelled
endif
if HAVE_LIBEV
test_programs += tests/loops/libev-drives-handles
endif
if HAVE_LIBEVENT
test_programs += tests/loops/libevent-drives-handles
endif
if HAVE_LIBUV
test_programs += tests/loops/libuv-drives-handles
endif

test_scripts += tests/loops/headers-suit-c-and-c++.sh
