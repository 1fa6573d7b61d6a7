# SPDX-License-Identifier: MIT
# Threads, under ThreadSanitizer where the compiler has it, with objects of the
# library that are built only for these tests.  In a build with sanitizers, or
# without ThreadSanitizer, the tests run without it.

check_LIBRARIES += tests/threads/libthreads.a
tests_threads_libthreads_a_SOURCES = $(lib_libcore_la_SOURCES)
tests_threads_libthreads_a_CPPFLAGS = $(lib_libcore_la_CPPFLAGS)
tests_threads_libthreads_a_CFLAGS = $(AM_CFLAGS) $(LIBXML2_CFLAGS) \
	$(GNUTLS_CFLAGS) $(THREAD_SANITIZER_CFLAGS)

# A test's program has the name of the test, and no suffix.
thread_programs = \
	tests/threads/a-race-is-seen \
	tests/threads/eight-threads-share-a-handle \
	tests/threads/eight-threads-share-two-hundred-handles \
	tests/threads/eight-threads-survive-outages \
	tests/threads/threaded-programs-start-commands
check_PROGRAMS += $(thread_programs)

threads_sources = \
	tests/lib/ram.c \
	tests/lib/ram.h
threads_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib
threads_cflags = $(AM_CFLAGS) $(THREAD_SANITIZER_CFLAGS)
threads_ldadd = tests/threads/libthreads.a $(LIBXML2_LIBS) $(GNUTLS_LIBS)
tests_threads_a_race_is_seen_CFLAGS = $(threads_cflags)
tests_threads_a_race_is_seen_LDADD =
tests_threads_eight_threads_share_a_handle_SOURCES = \
	tests/threads/eight-threads-share-a-handle.c \
	$(threads_sources)
tests_threads_eight_threads_share_a_handle_CPPFLAGS = $(threads_cppflags)
tests_threads_eight_threads_share_a_handle_CFLAGS = $(threads_cflags)
tests_threads_eight_threads_share_a_handle_LDADD = $(threads_ldadd)
tests_threads_eight_threads_share_two_hundred_handles_SOURCES = \
	tests/threads/eight-threads-share-two-hundred-handles.c \
	$(threads_sources)
tests_threads_eight_threads_share_two_hundred_handles_CPPFLAGS = \
	$(threads_cppflags)
tests_threads_eight_threads_share_two_hundred_handles_CFLAGS = \
	$(threads_cflags)
tests_threads_eight_threads_share_two_hundred_handles_LDADD = \
	$(threads_ldadd)
tests_threads_eight_threads_survive_outages_SOURCES = \
	$(tests_outages_survive_SOURCES) \
	$(tests_outages_lib_libbrittle_a_SOURCES)
tests_threads_eight_threads_survive_outages_CPPFLAGS = $(outages_cppflags)
tests_threads_eight_threads_survive_outages_CFLAGS = $(threads_cflags)
tests_threads_eight_threads_survive_outages_LDADD = \
	tests/lib/libtest.a \
	$(threads_ldadd)
tests_threads_threaded_programs_start_commands_SOURCES = \
	tests/threads/own-server.h \
	tests/threads/threaded-programs-start-commands.c \
	$(threads_sources)
tests_threads_threaded_programs_start_commands_CPPFLAGS = $(threads_cppflags)
tests_threads_threaded_programs_start_commands_CFLAGS = $(threads_cflags)
tests_threads_threaded_programs_start_commands_LDADD = $(threads_ldadd)

thread_tests = \
	tests/threads/a-race-is-seen.sh \
	tests/threads/eight-threads-share-a-handle.sh \
	tests/threads/eight-threads-share-two-hundred-handles.sh \
	tests/threads/eight-threads-survive-outages.sh \
	tests/threads/threaded-programs-start-commands.sh
TESTS += $(thread_tests)
CHECK_LONG += tests/threads/eight-threads-survive-outages.sh
EXTRA_DIST += \
	$(thread_tests) \
	tests/lib/threads.sh

# ThreadSanitizer loses track of the locks of a thread that is cancelled.  In a
# forked child it leaves the locks of its own malloc locked.
plain_programs = \
	tests/threads/cancelled-threads-are-replaced \
	tests/threads/forked-children-start-commands
tests_threads_cancelled_threads_are_replaced_SOURCES = \
	tests/threads/cancelled-threads-are-replaced.c \
	$(threads_sources)
tests_threads_cancelled_threads_are_replaced_CPPFLAGS = $(threads_cppflags)
tests_threads_cancelled_threads_are_replaced_LDADD = lib/libnbd.la
tests_threads_forked_children_start_commands_SOURCES = \
	tests/threads/forked-children-start-commands.c \
	tests/threads/own-server.h \
	$(threads_sources)
tests_threads_forked_children_start_commands_CPPFLAGS = $(threads_cppflags)
tests_threads_forked_children_start_commands_LDADD = lib/libnbd.la
check_PROGRAMS += $(plain_programs)
TESTS += $(plain_programs)
