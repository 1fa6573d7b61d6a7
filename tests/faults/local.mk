# SPDX-License-Identifier: MIT
# The tables of faults once more, over TLS; and the map of what the protocol
# document lists to the rows that show it.

if HAVE_GNUTLS
tables_over_tls = \
	tests/faults/servers/automatic-handshake-faults-over-tls \
	tests/faults/servers/block-status-faults-over-tls \
	tests/faults/servers/export-info-faults-over-tls \
	tests/faults/servers/extended-reply-faults-over-tls \
	tests/faults/servers/list-reply-faults-over-tls \
	tests/faults/servers/meta-context-faults-over-tls \
	tests/faults/servers/option-reply-faults-over-tls \
	tests/faults/servers/simple-reply-faults-over-tls \
	tests/faults/servers/structured-reply-faults-over-tls
tests_faults_servers_automatic_handshake_faults_over_tls_SOURCES = \
	tests/faults/servers/automatic-handshake-faults.c tests/lib/tls/tables-over-tls.c
tests_faults_servers_block_status_faults_over_tls_SOURCES = \
	tests/faults/servers/block-status-faults.c tests/lib/tls/tables-over-tls.c
tests_faults_servers_export_info_faults_over_tls_SOURCES = \
	tests/faults/servers/export-info-faults.c tests/lib/tls/tables-over-tls.c
tests_faults_servers_extended_reply_faults_over_tls_SOURCES = \
	tests/faults/servers/extended-reply-faults.c tests/lib/tls/tables-over-tls.c
tests_faults_servers_list_reply_faults_over_tls_SOURCES = \
	tests/faults/servers/list-reply-faults.c tests/lib/tls/tables-over-tls.c
tests_faults_servers_meta_context_faults_over_tls_SOURCES = \
	tests/faults/servers/meta-context-faults.c tests/lib/tls/tables-over-tls.c
tests_faults_servers_option_reply_faults_over_tls_SOURCES = \
	tests/faults/servers/option-reply-faults.c tests/lib/tls/tables-over-tls.c
tests_faults_servers_simple_reply_faults_over_tls_SOURCES = \
	tests/faults/servers/simple-reply-faults.c tests/lib/tls/tables-over-tls.c
tests_faults_servers_structured_reply_faults_over_tls_SOURCES = \
	tests/faults/servers/structured-reply-faults.c tests/lib/tls/tables-over-tls.c
endif

fault_programs = \
	tests/faults/servers/block-status-needs-each-context \
	tests/faults/servers/disconnecting-does-not-wait-for-ever \
	tests/faults/servers/early-errors-finish-the-payload \
	tests/faults/servers/endless-lists-are-cut \
	tests/faults/servers/export-detail-faults \
	tests/faults/servers/huge-extents-do-not-overflow \
	tests/faults/servers/missing-replies-leave-the-client-free \
	tests/faults/servers/replies-are-matched-in-every-style \
	tests/faults/system/resets-fail-what-is-in-flight \
	tests/handshake/second-connections-know-nothing-of-the-first

# Those that put themselves between the library and what it calls.
fault_programs += \
	tests/faults/memory/cancelled-threads-without-memory-wait-for-the-reply \
	tests/faults/memory/extents-without-memory-fail-their-command \
	tests/faults/system/errors-need-no-thread-key \
	tests/faults/system/failed-lookups-keep-their-cause
tests_faults_memory_cancelled_threads_without_memory_wait_for_the_reply_LDADD = \
	$(internal)
tests_faults_memory_cancelled_threads_without_memory_wait_for_the_reply_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=malloc
tests_faults_system_errors_need_no_thread_key_LDADD = $(internal)
tests_faults_system_errors_need_no_thread_key_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=pthread_key_create,--wrap=pthread_setspecific
tests_faults_memory_extents_without_memory_fail_their_command_LDADD = $(internal)
tests_faults_memory_extents_without_memory_fail_their_command_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=realloc
tests_faults_system_failed_lookups_keep_their_cause_LDADD = $(internal)
tests_faults_system_failed_lookups_keep_their_cause_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=getaddrinfo

# Memory and system calls that fail at each place in lives of handles, see
# life.h.
fault_programs += \
	tests/faults/memory/allocations-may-fail \
	tests/faults/system/system-calls-may-fail
lives = \
	tests/lib/failing/life.c \
	tests/lib/failing/life.h \
	tests/lib/failing/peer.c \
	tests/lib/failing/peer.h
lives_in_clear = $(lives) \
	tests/lib/failing/life-connect.c \
	tests/lib/failing/life-in-clear.c
allocations_may_fail = \
	tests/faults/memory/allocations-may-fail.c
tests_faults_memory_allocations_may_fail_SOURCES = \
	$(allocations_may_fail) $(lives_in_clear)
tests_faults_memory_allocations_may_fail_LDADD = $(internal)
tests_faults_memory_allocations_may_fail_LDFLAGS = $(memory_ldflags)
system_calls_may_fail = \
	tests/faults/system/system-calls-may-fail.c \
	tests/lib/failing/system-calls.c \
	tests/lib/failing/system-calls.h
system_call_ldflags = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=__getdelim \
	-Wl,--wrap=access \
	-Wl,--wrap=bind \
	-Wl,--wrap=close \
	-Wl,--wrap=connect \
	-Wl,--wrap=dup2 \
	-Wl,--wrap=execve \
	-Wl,--wrap=fcntl \
	-Wl,--wrap=fcntl64 \
	-Wl,--wrap=fopen \
	-Wl,--wrap=fopen64 \
	-Wl,--wrap=fork \
	-Wl,--wrap=getaddrinfo \
	-Wl,--wrap=getline \
	-Wl,--wrap=getsockopt \
	-Wl,--wrap=kill \
	-Wl,--wrap=listen \
	-Wl,--wrap=mkdtemp \
	-Wl,--wrap=mmap \
	-Wl,--wrap=mmap64 \
	-Wl,--wrap=munmap \
	-Wl,--wrap=open \
	-Wl,--wrap=open64 \
	$(poll_ldflags) \
	$(recv_ldflags) \
	-Wl,--wrap=recvmsg \
	-Wl,--wrap=rmdir \
	-Wl,--wrap=send \
	-Wl,--wrap=sendmsg \
	-Wl,--wrap=setsockopt \
	-Wl,--wrap=shutdown \
	-Wl,--wrap=socket \
	-Wl,--wrap=socketpair \
	-Wl,--wrap=unlink \
	-Wl,--wrap=waitpid
tests_faults_system_system_calls_may_fail_SOURCES = \
	$(system_calls_may_fail) $(lives_in_clear)
tests_faults_system_system_calls_may_fail_LDADD = $(internal)
tests_faults_system_system_calls_may_fail_LDFLAGS = $(system_call_ldflags)
if HAVE_GNUTLS
fault_programs += \
	tests/faults/memory/allocations-over-tls-may-fail \
	tests/faults/system/system-calls-over-tls-may-fail
lives_over_tls = $(lives) \
	tests/lib/failing/life-over-tls.c
tests_faults_memory_allocations_over_tls_may_fail_SOURCES = \
	$(allocations_may_fail) $(lives_over_tls)
tests_faults_memory_allocations_over_tls_may_fail_LDADD = $(internal)
tests_faults_memory_allocations_over_tls_may_fail_LDFLAGS = $(memory_ldflags)
tests_faults_system_system_calls_over_tls_may_fail_SOURCES = \
	$(system_calls_may_fail) $(lives_over_tls)
tests_faults_system_system_calls_over_tls_may_fail_LDADD = $(internal)
tests_faults_system_system_calls_over_tls_may_fail_LDFLAGS = $(system_call_ldflags)
endif

# Conversations that are cut in each state; and what they do about TLS.
fault_programs += tests/faults/system/connection-drops-in-every-state
if HAVE_GNUTLS
conversations_tls = tests/lib/failing/conversations-over-tls.c
else
conversations_tls = tests/lib/failing/conversations-in-clear.c
endif
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

fault_scripts = \
	tests/protocol/matrix-is-complete

check_PROGRAMS += $(fault_programs) $(tables_over_tls)
TESTS += $(fault_programs) $(tables_over_tls) $(fault_scripts)
EXTRA_DIST += \
	$(fault_scripts) \
	tests/lib/failing/conversations-in-clear.c \
	tests/lib/failing/conversations-over-tls.c \
	tests/lib/failing/life-over-tls.c \
	tests/lib/libtest/styles.h \
	tests/protocol/matrix.txt
