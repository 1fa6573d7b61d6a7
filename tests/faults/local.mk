# SPDX-License-Identifier: MIT
# Faults of servers, of memory and of the system.

# The lives of handles in which memory and system calls fail at each place, see
# tests/lib/failing/life.h.
lives = \
	tests/lib/failing/life.c \
	tests/lib/failing/life.h \
	tests/lib/failing/peer.c \
	tests/lib/failing/peer.h
lives_in_clear = $(lives) \
	tests/lib/failing/life-connect.c \
	tests/lib/failing/life-in-clear.c
lasting_lives = $(lives) \
	tests/lib/failing/fast-clock.c \
	tests/lib/failing/fast-clock.h \
	tests/lib/failing/life-in-outages.c \
	tests/lib/failing/outages.h \
	tests/lib/mortal.c \
	tests/lib/mortal.h \
	tests/lib/ram.c \
	tests/lib/ram.h
lives_in_outages = $(lasting_lives) \
	tests/lib/failing/outages-in-clear.c
outages_without_memory = \
	tests/faults/memory/outages-without-memory-lose-nothing.c
outages_with_failing_calls = \
	tests/faults/system/outages-with-failing-calls-lose-nothing.c \
	$(failing_system_calls)
outages_lives_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib
allocations_may_fail = \
	tests/faults/memory/allocations-may-fail.c
failing_system_calls = \
	tests/lib/failing/oddities.c \
	tests/lib/failing/system-calls.c \
	tests/lib/failing/system-calls.h
system_calls_may_fail = \
	tests/faults/system/system-calls-may-fail.c \
	$(failing_system_calls)
if HAVE_GNUTLS
lives_over_tls = $(lives) \
	tests/lib/failing/life-over-tls.c
outages_over_tls = $(lasting_lives) \
	tests/lib/failing/outages-over-tls.c
endif

# Conversations that are cut in each state, and what they do about TLS.
if HAVE_GNUTLS
conversations_tls = tests/lib/failing/conversations-over-tls.c
else
conversations_tls = tests/lib/failing/conversations-in-clear.c
endif

CHECK_LONG += tests/faults/system/outages-with-failing-calls-lose-nothing
if HAVE_GNUTLS
CHECK_LONG += \
	tests/faults/system/outages-with-failing-calls-over-tls-lose-nothing
endif

test_programs += \
	tests/faults/memory/allocations-may-fail \
	tests/faults/memory/answers-without-memory-are-explained \
	tests/faults/memory/cancelled-threads-without-memory-wait-for-the-reply \
	tests/faults/memory/errors-without-memory-keep-their-place \
	tests/faults/memory/export-names-without-memory-end-the-connection \
	tests/faults/memory/extents-without-memory-fail-their-command \
	tests/faults/memory/messages-are-never-null \
	tests/faults/memory/outages-without-memory-are-explained \
	tests/faults/memory/outages-without-memory-lose-nothing \
	tests/faults/memory/replies-without-memory-end-the-connection \
	tests/faults/memory/uris-without-memory-are-not-called-wrong \
	tests/faults/servers/automatic-handshake-faults \
	tests/faults/servers/block-size-faults \
	tests/faults/servers/block-status-faults \
	tests/faults/servers/block-status-needs-each-context \
	tests/faults/servers/block-status-without-checks-harms-nobody \
	tests/faults/servers/disconnecting-does-not-wait-for-ever \
	tests/faults/servers/early-errors-finish-the-payload \
	tests/faults/servers/endless-lists-are-cut \
	tests/faults/servers/export-detail-faults \
	tests/faults/servers/export-flag-faults \
	tests/faults/servers/export-info-faults \
	tests/faults/servers/export-name-faults \
	tests/faults/servers/extended-reply-faults \
	tests/faults/servers/greeting-faults \
	tests/faults/servers/huge-extents-do-not-overflow \
	tests/faults/servers/list-reply-faults \
	tests/faults/servers/meta-context-faults \
	tests/faults/servers/missing-replies-leave-the-client-free \
	tests/faults/servers/option-error-faults \
	tests/faults/servers/option-reply-faults \
	tests/faults/servers/replies-are-matched-in-every-style \
	tests/faults/servers/simple-reply-faults \
	tests/faults/servers/structured-reply-faults \
	tests/faults/system/connection-drops-in-every-state \
	tests/faults/system/connections-that-cannot-be-checked-have-failed \
	tests/faults/system/errors-need-no-thread-key \
	tests/faults/system/failed-lookups-keep-their-cause \
	tests/faults/system/options-that-cannot-be-awaited-end-the-connection \
	tests/faults/system/outages-with-failing-calls-lose-nothing \
	tests/faults/system/resets-fail-what-is-in-flight \
	tests/faults/system/system-calls-may-fail

tests_faults_memory_allocations_may_fail_SOURCES = \
	$(allocations_may_fail) $(lives_in_clear)
tests_faults_memory_allocations_may_fail_LDADD = $(internal)
tests_faults_memory_allocations_may_fail_LDFLAGS = $(memory_ldflags)
tests_faults_memory_answers_without_memory_are_explained_LDADD = $(internal)
tests_faults_memory_answers_without_memory_are_explained_LDFLAGS = \
	$(memory_ldflags)
tests_faults_memory_cancelled_threads_without_memory_wait_for_the_reply_LDADD = \
	$(internal)
tests_faults_memory_cancelled_threads_without_memory_wait_for_the_reply_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=malloc
tests_faults_memory_errors_without_memory_keep_their_place_LDADD = $(internal)
tests_faults_memory_errors_without_memory_keep_their_place_LDFLAGS = \
	$(memory_ldflags)
tests_faults_memory_export_names_without_memory_end_the_connection_LDADD = \
	$(internal)
tests_faults_memory_export_names_without_memory_end_the_connection_LDFLAGS = \
	$(memory_ldflags)
tests_faults_memory_extents_without_memory_fail_their_command_LDADD = $(internal)
tests_faults_memory_extents_without_memory_fail_their_command_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=realloc
tests_faults_memory_messages_are_never_null_LDADD = $(internal)
tests_faults_memory_messages_are_never_null_LDFLAGS = $(memory_ldflags)
tests_faults_memory_outages_without_memory_are_explained_LDADD = $(internal)
tests_faults_memory_outages_without_memory_are_explained_LDFLAGS = \
	$(memory_ldflags)
tests_faults_memory_outages_without_memory_lose_nothing_SOURCES = \
	$(outages_without_memory) $(lives_in_outages)
tests_faults_memory_outages_without_memory_lose_nothing_CPPFLAGS = \
	$(outages_lives_cppflags)
tests_faults_memory_outages_without_memory_lose_nothing_LDADD = $(internal)
tests_faults_memory_outages_without_memory_lose_nothing_LDFLAGS = \
	$(memory_ldflags) $(poll_ldflags) $(fast_clock_ldflags)
tests_faults_memory_replies_without_memory_end_the_connection_LDADD = $(internal)
tests_faults_memory_replies_without_memory_end_the_connection_LDFLAGS = \
	$(memory_ldflags)
tests_faults_memory_uris_without_memory_are_not_called_wrong_LDADD = $(internal)
tests_faults_memory_uris_without_memory_are_not_called_wrong_LDFLAGS = \
	$(memory_ldflags)
tests_faults_system_connection_drops_in_every_state_SOURCES = \
	tests/faults/system/connection-drops-in-every-state.c \
	tests/lib/failing/conversations.c \
	tests/lib/failing/conversations.h \
	$(conversations_tls)
tests_faults_system_connection_drops_in_every_state_LDADD = \
	$(internal)
tests_faults_system_connection_drops_in_every_state_LDFLAGS = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=connect \
	$(poll_ldflags) \
	$(recv_ldflags) \
	-Wl,--wrap=recvmsg \
	-Wl,--wrap=send \
	-Wl,--wrap=sendmsg
tests_faults_system_connections_that_cannot_be_checked_have_failed_LDADD = \
	$(internal)
tests_faults_system_connections_that_cannot_be_checked_have_failed_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=connect,--wrap=getsockopt
tests_faults_system_errors_need_no_thread_key_LDADD = $(internal)
tests_faults_system_errors_need_no_thread_key_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=pthread_key_create,--wrap=pthread_setspecific
tests_faults_system_failed_lookups_keep_their_cause_LDADD = $(internal)
tests_faults_system_failed_lookups_keep_their_cause_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=getaddrinfo
tests_faults_system_outages_with_failing_calls_lose_nothing_SOURCES = \
	$(outages_with_failing_calls) $(lives_in_outages)
tests_faults_system_outages_with_failing_calls_lose_nothing_CPPFLAGS = \
	$(outages_lives_cppflags)
tests_faults_system_outages_with_failing_calls_lose_nothing_LDADD = \
	$(internal)
tests_faults_system_outages_with_failing_calls_lose_nothing_LDFLAGS = \
	$(system_call_ldflags) $(fast_clock_ldflags)
tests_faults_system_system_calls_may_fail_SOURCES = \
	$(system_calls_may_fail) $(lives_in_clear)
tests_faults_system_system_calls_may_fail_LDADD = $(internal)
tests_faults_system_system_calls_may_fail_LDFLAGS = $(system_call_ldflags)

if HAVE_GNUTLS
test_programs += \
	tests/faults/memory/allocations-over-tls-may-fail \
	tests/faults/memory/outages-without-memory-over-tls-lose-nothing \
	tests/faults/memory/tls-without-memory-ends-the-connection \
	tests/faults/servers/automatic-handshake-faults-over-tls \
	tests/faults/servers/block-status-faults-over-tls \
	tests/faults/servers/export-info-faults-over-tls \
	tests/faults/servers/extended-reply-faults-over-tls \
	tests/faults/servers/list-reply-faults-over-tls \
	tests/faults/servers/meta-context-faults-over-tls \
	tests/faults/servers/option-reply-faults-over-tls \
	tests/faults/servers/simple-reply-faults-over-tls \
	tests/faults/servers/structured-reply-faults-over-tls \
	tests/faults/system/outages-with-failing-calls-over-tls-lose-nothing \
	tests/faults/system/system-calls-over-tls-may-fail

tests_faults_memory_allocations_over_tls_may_fail_SOURCES = \
	$(allocations_may_fail) $(lives_over_tls)
tests_faults_memory_allocations_over_tls_may_fail_LDADD = $(internal)
tests_faults_memory_allocations_over_tls_may_fail_LDFLAGS = $(memory_ldflags)
tests_faults_memory_outages_without_memory_over_tls_lose_nothing_SOURCES = \
	$(outages_without_memory) $(outages_over_tls)
tests_faults_memory_outages_without_memory_over_tls_lose_nothing_CPPFLAGS = \
	$(outages_lives_cppflags)
tests_faults_memory_outages_without_memory_over_tls_lose_nothing_LDADD = \
	$(internal)
tests_faults_memory_outages_without_memory_over_tls_lose_nothing_LDFLAGS = \
	$(memory_ldflags) $(poll_ldflags) $(fast_clock_ldflags)
tests_faults_memory_tls_without_memory_ends_the_connection_LDADD = $(internal)
tests_faults_memory_tls_without_memory_ends_the_connection_LDFLAGS = \
	$(memory_ldflags) \
	-Wl,--wrap=geteuid \
	-Wl,--wrap=gnutls_certificate_allocate_credentials \
	-Wl,--wrap=gnutls_certificate_set_x509_system_trust \
	-Wl,--wrap=gnutls_credentials_set \
	-Wl,--wrap=gnutls_init \
	-Wl,--wrap=gnutls_server_name_set
tests_faults_servers_automatic_handshake_faults_over_tls_SOURCES = \
	tests/faults/servers/automatic-handshake-faults.c \
	tests/lib/tls/tables-over-tls.c
tests_faults_servers_block_status_faults_over_tls_SOURCES = \
	tests/faults/servers/block-status-faults.c \
	tests/lib/tls/tables-over-tls.c
tests_faults_servers_export_info_faults_over_tls_SOURCES = \
	tests/faults/servers/export-info-faults.c \
	tests/lib/tls/tables-over-tls.c
tests_faults_servers_extended_reply_faults_over_tls_SOURCES = \
	tests/faults/servers/extended-reply-faults.c \
	tests/lib/tls/tables-over-tls.c
tests_faults_servers_list_reply_faults_over_tls_SOURCES = \
	tests/faults/servers/list-reply-faults.c \
	tests/lib/tls/tables-over-tls.c
tests_faults_servers_meta_context_faults_over_tls_SOURCES = \
	tests/faults/servers/meta-context-faults.c \
	tests/lib/tls/tables-over-tls.c
tests_faults_servers_option_reply_faults_over_tls_SOURCES = \
	tests/faults/servers/option-reply-faults.c \
	tests/lib/tls/tables-over-tls.c
tests_faults_servers_simple_reply_faults_over_tls_SOURCES = \
	tests/faults/servers/simple-reply-faults.c \
	tests/lib/tls/tables-over-tls.c
tests_faults_servers_structured_reply_faults_over_tls_SOURCES = \
	tests/faults/servers/structured-reply-faults.c \
	tests/lib/tls/tables-over-tls.c
tests_faults_system_outages_with_failing_calls_over_tls_lose_nothing_SOURCES = \
	$(outages_with_failing_calls) $(outages_over_tls)
tests_faults_system_outages_with_failing_calls_over_tls_lose_nothing_CPPFLAGS = \
	$(outages_lives_cppflags)
tests_faults_system_outages_with_failing_calls_over_tls_lose_nothing_LDADD = \
	$(internal)
tests_faults_system_outages_with_failing_calls_over_tls_lose_nothing_LDFLAGS = \
	$(system_call_ldflags) $(fast_clock_ldflags)
tests_faults_system_system_calls_over_tls_may_fail_SOURCES = \
	$(system_calls_may_fail) $(lives_over_tls)
tests_faults_system_system_calls_over_tls_may_fail_LDADD = $(internal)
tests_faults_system_system_calls_over_tls_may_fail_LDFLAGS = $(system_call_ldflags)
endif
