# SPDX-License-Identifier: MIT
# Inputs and images: from the bytes of a source to decoded data.

convert_image_programs = \
	convert/tests/image/broken-parts-fail-what-is-in-them \
	convert/tests/image/copies-of-images-are-resumed \
	convert/tests/image/hostile-clients-do-no-harm \
	convert/tests/image/images-are-copied-by-the-engine \
	convert/tests/image/inputs-read-what-there-is \
	convert/tests/image/memory-for-parts-is-bounded \
	convert/tests/image/parts-are-decoded-before-they-are-wanted \
	convert/tests/image/parts-are-read-in-any-order \
	convert/tests/image/silent-servers-do-not-hold-inputs \
	convert/tests/image/stopping-gives-back-each-read-once \
	convert/tests/image/streams-are-decoded-ahead
check_PROGRAMS += $(convert_image_programs)
TESTS += $(convert_image_programs)
convert_image_cppflags = $(convert_cppflags) -I$(srcdir)/tests/lib
convert_image_ldadd = $(convert_libs) tests/lib/libtest.a
convert_image_fake = \
	convert/tests/image/fake.c \
	convert/tests/image/fake.h

# A server for the tests in shell.
check_PROGRAMS += convert/tests/image/serve-test-disk
convert_tests_image_serve_test_disk_SOURCES = \
	convert/tests/image/serve-test-disk.c \
	$(convert_image_fake)
convert_tests_image_serve_test_disk_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_serve_test_disk_LDADD = $(convert_image_ldadd)
convert_tests += \
	convert/tests/image/images-have-no-races.sh \
	convert/tests/image/other-programs-read-what-is-served.sh

convert_tests_image_broken_parts_fail_what_is_in_them_SOURCES = \
	convert/tests/image/broken-parts-fail-what-is-in-them.c \
	$(convert_image_fake)
convert_tests_image_broken_parts_fail_what_is_in_them_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_broken_parts_fail_what_is_in_them_LDADD = $(convert_image_ldadd)

convert_tests_image_copies_of_images_are_resumed_SOURCES = \
	convert/tests/image/copies-of-images-are-resumed.c \
	$(convert_image_fake)
convert_tests_image_copies_of_images_are_resumed_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_copies_of_images_are_resumed_LDADD = $(convert_image_ldadd)

convert_tests_image_hostile_clients_do_no_harm_SOURCES = \
	convert/tests/image/hostile-clients-do-no-harm.c \
	$(convert_image_fake)
convert_tests_image_hostile_clients_do_no_harm_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_hostile_clients_do_no_harm_LDADD = $(convert_image_ldadd)

convert_tests_image_images_are_copied_by_the_engine_SOURCES = \
	convert/tests/image/images-are-copied-by-the-engine.c \
	$(convert_image_fake)
convert_tests_image_images_are_copied_by_the_engine_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_images_are_copied_by_the_engine_LDADD = $(convert_image_ldadd)

convert_tests_image_inputs_read_what_there_is_SOURCES = \
	convert/tests/image/inputs-read-what-there-is.c \
	tests/lib/ram.c \
	tests/lib/ram.h
convert_tests_image_inputs_read_what_there_is_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_inputs_read_what_there_is_LDADD = $(convert_image_ldadd)

convert_tests_image_memory_for_parts_is_bounded_SOURCES = \
	convert/tests/image/memory-for-parts-is-bounded.c \
	$(convert_image_fake)
convert_tests_image_memory_for_parts_is_bounded_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_memory_for_parts_is_bounded_LDADD = $(convert_image_ldadd)
convert_tests_image_memory_for_parts_is_bounded_LDFLAGS = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=free \
	-Wl,--wrap=malloc

convert_tests_image_parts_are_decoded_before_they_are_wanted_SOURCES = \
	convert/tests/image/parts-are-decoded-before-they-are-wanted.c \
	$(convert_image_fake)
convert_tests_image_parts_are_decoded_before_they_are_wanted_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_parts_are_decoded_before_they_are_wanted_LDADD = $(convert_image_ldadd)

convert_tests_image_parts_are_read_in_any_order_SOURCES = \
	convert/tests/image/parts-are-read-in-any-order.c \
	$(convert_image_fake)
convert_tests_image_parts_are_read_in_any_order_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_parts_are_read_in_any_order_LDADD = $(convert_image_ldadd)

convert_tests_image_silent_servers_do_not_hold_inputs_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_silent_servers_do_not_hold_inputs_LDADD = $(convert_image_ldadd)

convert_tests_image_stopping_gives_back_each_read_once_SOURCES = \
	convert/tests/image/stopping-gives-back-each-read-once.c \
	$(convert_image_fake)
convert_tests_image_stopping_gives_back_each_read_once_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_stopping_gives_back_each_read_once_LDADD = $(convert_image_ldadd)

convert_tests_image_streams_are_decoded_ahead_SOURCES = \
	convert/tests/image/streams-are-decoded-ahead.c \
	$(convert_image_fake)
convert_tests_image_streams_are_decoded_ahead_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_streams_are_decoded_ahead_LDADD = $(convert_image_ldadd)

# The same tests under ThreadSanitizer, if the compiler supports it.
check_LIBRARIES += convert/tests/image/libthreads.a
convert_tests_image_libthreads_a_SOURCES = \
	convert/image/endpoint.c \
	convert/image/image.c \
	convert/image/order.c \
	convert/image/pieces.c \
	convert/image/random.c \
	convert/image/room.c \
	convert/image/serve-options.c \
	convert/image/serve-requests.c \
	convert/image/serve.c \
	convert/image/units.c \
	convert/source/input.c \
	$(convert_image_fake)
convert_tests_image_libthreads_a_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_libthreads_a_CFLAGS = $(threads_cflags)
convert_image_threads_ldadd = \
	convert/tests/image/libthreads.a \
	$(convert_image_ldadd)
convert_image_threads = \
	convert/tests/image/threads-clients \
	convert/tests/image/threads-parts \
	convert/tests/image/threads-stops \
	convert/tests/image/threads-streams
check_PROGRAMS += $(convert_image_threads)
convert_tests_image_threads_clients_SOURCES = \
	convert/tests/image/hostile-clients-do-no-harm.c
convert_tests_image_threads_clients_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_threads_clients_CFLAGS = $(threads_cflags)
convert_tests_image_threads_clients_LDADD = $(convert_image_threads_ldadd)
convert_tests_image_threads_parts_SOURCES = \
	convert/tests/image/parts-are-read-in-any-order.c
convert_tests_image_threads_parts_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_threads_parts_CFLAGS = $(threads_cflags)
convert_tests_image_threads_parts_LDADD = $(convert_image_threads_ldadd)
convert_tests_image_threads_stops_SOURCES = \
	convert/tests/image/stopping-gives-back-each-read-once.c
convert_tests_image_threads_stops_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_threads_stops_CFLAGS = $(threads_cflags)
convert_tests_image_threads_stops_LDADD = $(convert_image_threads_ldadd)
convert_tests_image_threads_streams_SOURCES = \
	convert/tests/image/streams-are-decoded-ahead.c
convert_tests_image_threads_streams_CPPFLAGS = $(convert_image_cppflags)
convert_tests_image_threads_streams_CFLAGS = $(threads_cflags)
convert_tests_image_threads_streams_LDADD = $(convert_image_threads_ldadd)
