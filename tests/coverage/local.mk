# SPDX-License-Identifier: MIT
# Coverage of the machine and of the library's lines, the machine as a model,
# and what takes too long for every `make check`.

lib_libcore_la_CPPFLAGS += $(CHECKS_CPPFLAGS)
if STATE_COVERAGE
lib_libcore_la_SOURCES += \
	tests/coverage/cover.c \
	tests/coverage/cover.h
lib_libcore_la_CPPFLAGS += -include $(srcdir)/tests/coverage/cover.h
lib_libcore_la_CFLAGS += $(COVERAGE_CFLAGS) -DCOVER_LINES
lib_libcore_la_LIBADD += $(COVERAGE_LIBS)
endif

# Tests of what is rare.
coverage_programs = \
	tests/connect/addresses-need-a-length-and-a-name \
	tests/connect/children/children-that-others-reap-have-no-fate \
	tests/connect/children/signals-need-a-child-and-a-number \
	tests/connect/tcp-sockets-do-not-delay \
	tests/faults/system/connections-that-cannot-be-checked-have-failed \
	tests/handshake/blocking-options-need-fixed-newstyle \
	tests/handshake/export-names-wait-for-room \
	tests/messages/numbers-of-the-protocol-have-names \
	tests/messages/successful-calls-log-their-result \
	tests/tls/keys/tls-user-is-who-is-logged-in \
	tests/tls/uris/uri-tls-type-must-fit-the-file-of-keys \
	tests/transmission/block-status/extents-end-with-the-export \
	tests/transmission/block-status/filters-are-sent-as-the-program-says \
	tests/transmission/disconnecting/failed-half-closes-are-only-logged \
	tests/transmission/disconnecting/shutdown-tells-blocked-threads-what-it-dropped \
	tests/transmission/polling/descriptors-live-as-long-as-they-are-watched \
	tests/transmission/polling/notify-write-on-a-broken-connection-ends-it \
	tests/transmission/polling/polls-of-a-broken-connection-serve-one-reply-each \
	tests/transmission/replies/buffers-move-before-they-grow

# Those that look at functions which the library does not export.
tests_transmission_replies_buffers_move_before_they_grow_CPPFLAGS = \
	$(internals_cppflags)
tests_transmission_replies_buffers_move_before_they_grow_LDADD = $(internal)
tests_messages_numbers_of_the_protocol_have_names_CPPFLAGS = \
	$(internals_cppflags)
tests_messages_numbers_of_the_protocol_have_names_LDADD = $(internal)

# Those that put themselves between the library and what it calls.
tests_faults_system_connections_that_cannot_be_checked_have_failed_LDADD = \
	$(internal)
tests_faults_system_connections_that_cannot_be_checked_have_failed_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=connect,--wrap=getsockopt
tests_transmission_polling_descriptors_live_as_long_as_they_are_watched_LDADD = \
	$(internal)
tests_transmission_polling_descriptors_live_as_long_as_they_are_watched_LDFLAGS = \
	$(AM_LDFLAGS) $(poll_ldflags)
tests_handshake_export_names_wait_for_room_LDADD = $(internal)
tests_handshake_export_names_wait_for_room_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=send
tests_transmission_disconnecting_failed_half_closes_are_only_logged_LDADD = $(internal)
tests_transmission_disconnecting_failed_half_closes_are_only_logged_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=shutdown
tests_transmission_disconnecting_shutdown_tells_blocked_threads_what_it_dropped_LDADD = \
	$(internal)
tests_transmission_disconnecting_shutdown_tells_blocked_threads_what_it_dropped_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=send
tests_messages_successful_calls_log_their_result_LDADD = $(internal)
tests_messages_successful_calls_log_their_result_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=connect,--wrap=socket
tests_tls_keys_tls_user_is_who_is_logged_in_LDADD = $(internal)
tests_tls_keys_tls_user_is_who_is_logged_in_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=__getlogin_r_chk,--wrap=getlogin_r

# Those that let memory be short.
coverage_programs += \
	tests/connect/children/child-is-found-without-a-path \
	tests/faults/memory/answers-without-memory-are-explained \
	tests/faults/memory/errors-without-memory-keep-their-place \
	tests/faults/memory/export-names-without-memory-end-the-connection \
	tests/faults/memory/messages-are-never-null \
	tests/faults/memory/replies-without-memory-end-the-connection \
	tests/faults/memory/uris-without-memory-are-not-called-wrong
tests_faults_memory_answers_without_memory_are_explained_LDADD = $(internal)
tests_faults_memory_answers_without_memory_are_explained_LDFLAGS = \
	$(memory_ldflags)
tests_connect_children_child_is_found_without_a_path_LDADD = $(internal)
tests_connect_children_child_is_found_without_a_path_LDFLAGS = $(memory_ldflags)
tests_faults_memory_errors_without_memory_keep_their_place_LDADD = $(internal)
tests_faults_memory_errors_without_memory_keep_their_place_LDFLAGS = \
	$(memory_ldflags)
tests_faults_memory_export_names_without_memory_end_the_connection_LDADD = \
	$(internal)
tests_faults_memory_export_names_without_memory_end_the_connection_LDFLAGS = \
	$(memory_ldflags)
tests_faults_memory_messages_are_never_null_LDADD = $(internal)
tests_faults_memory_messages_are_never_null_LDFLAGS = $(memory_ldflags)
tests_faults_memory_replies_without_memory_end_the_connection_LDADD = $(internal)
tests_faults_memory_replies_without_memory_end_the_connection_LDFLAGS = \
	$(memory_ldflags)
tests_faults_memory_uris_without_memory_are_not_called_wrong_LDADD = $(internal)
tests_faults_memory_uris_without_memory_are_not_called_wrong_LDFLAGS = \
	$(memory_ldflags)

if HAVE_GNUTLS
coverage_programs += \
	tests/faults/memory/tls-without-memory-ends-the-connection \
	tests/tls/certificates/unusable-authorities-are-not-ignored \
	tests/tls/records/failures-below-tls-are-told-with-their-cause \
	tests/tls/records/tls-goodbye-waits-for-room
tests_tls_records_failures_below_tls_are_told_with_their_cause_LDADD = \
	$(internal)
tests_tls_records_failures_below_tls_are_told_with_their_cause_LDFLAGS = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=gnutls_bye \
	-Wl,--wrap=gnutls_record_send \
	$(recv_ldflags) \
	-Wl,--wrap=send
tests_tls_records_tls_goodbye_waits_for_room_LDADD = $(internal)
tests_tls_records_tls_goodbye_waits_for_room_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=send
tests_faults_memory_tls_without_memory_ends_the_connection_LDADD = $(internal)
tests_faults_memory_tls_without_memory_ends_the_connection_LDFLAGS = \
	$(memory_ldflags) \
	-Wl,--wrap=geteuid \
	-Wl,--wrap=gnutls_certificate_allocate_credentials \
	-Wl,--wrap=gnutls_certificate_set_x509_system_trust \
	-Wl,--wrap=gnutls_credentials_set \
	-Wl,--wrap=gnutls_init \
	-Wl,--wrap=gnutls_server_name_set
tests_tls_certificates_unusable_authorities_are_not_ignored_LDADD = $(internal)
tests_tls_certificates_unusable_authorities_are_not_ignored_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=geteuid
endif
check_PROGRAMS += $(coverage_programs)

coverage_scripts = \
	tests/messages/every-call-is-logged-and-explained.py \
	tests/model/model-finds-what-is-broken \
	tests/protocol/obligations-name-their-tests

TESTS += $(coverage_programs) $(coverage_scripts)

EXTRA_DIST += \
	$(coverage_scripts) \
	tests/coverage/cover.c \
	tests/coverage/cover.h \
	tests/coverage/coverage-report \
	tests/coverage/lines.py \
	tests/coverage/transitions.py \
	tests/coverage/uncovered.txt \
	tests/model/check-model \
	tests/model/model.py \
	tests/protocol/obligations.txt

# All transcripts with each byte changed to each other value, and the
# programs of CHECK_LONG, to which other directories add.
check-long: all
	CHECK_LONG=1 $(MAKE) check TEST_TIMEOUT=7200 \
	  TESTS="$(transcripts) $(CHECK_LONG)"
.PHONY: check-long

# Every state, every declared transition, every state that can fail, and the
# lines.  This takes a build of its own, which is made below coverage/ unless
# this is one: of the library and of what its tests need, no more.
COVERED_STATES = $(abs_top_builddir)/coverage.states
COVERING_TESTS = $(filter-out $(NOT_COVERING),$(filter tests/%,$(TESTS)))
NOT_COVERING = tests/bench/% tests/examples/% tests/generator/% \
	tests/interop/drop-in/% tests/layers/% tests/soak/% tests/threads/%
PROGRAMS_COVERING = $(filter-out $(NOT_COVERING),\
	$(filter tests/%,$(check_PROGRAMS)))
if STATE_COVERAGE
check-coverage: $(BUILT_SOURCES)
	$(MAKE) $(lib_LTLIBRARIES) run $(PROGRAMS_COVERING)
	rm -f $(COVERED_STATES) lib/.libs/*.gcda
	result=0; \
	STATE_COVERAGE=$(COVERED_STATES) $(MAKE) -k check-TESTS \
	  TESTS="$(COVERING_TESTS)" check_LIBRARIES= \
	  check_PROGRAMS="$(PROGRAMS_COVERING)" || result=1; \
	$(PYTHON) -B $(srcdir)/tests/coverage/coverage-report "$(GCOV)" \
	  $(COVERED_STATES) lib/.libs || result=1; \
	exit $$result
else
check-coverage:
	rm -rf coverage
	$(MAKE) distdir distdir=coverage
	chmod -R u+w coverage
	cd coverage && ./configure --enable-state-coverage \
	  --disable-golang --disable-ocaml --disable-rust --disable-python \
	  --disable-fuse PYTHON="$(PYTHON)" CC="$(CC)" CFLAGS="-g -O0"
	cd coverage && $(MAKE) check-coverage
endif
.PHONY: check-coverage

CLEAN_TARGETS += clean-coverage
clean-coverage:
	-rm -rf coverage

# The model of the machine, searched by spin where that is installed.
model:
	SPIN="$(SPIN)" CC="$(CC)" $(PYTHON) -B \
	  $(srcdir)/tests/model/check-model causeway.pml || test $$? -eq 77
.PHONY: model

CLEANFILES += \
	causeway.pml \
	coverage.states
