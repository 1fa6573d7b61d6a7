# SPDX-License-Identifier: MIT
# The tables of faults once more, over TLS; and the map of what the protocol
# document lists to the rows that show it.

if HAVE_GNUTLS
tables_over_tls = \
	tests/faults/automatic-handshake-faults-over-tls \
	tests/faults/block-status-faults-over-tls \
	tests/faults/export-info-faults-over-tls \
	tests/faults/extended-reply-faults-over-tls \
	tests/faults/list-reply-faults-over-tls \
	tests/faults/meta-context-faults-over-tls \
	tests/faults/option-reply-faults-over-tls \
	tests/faults/simple-reply-faults-over-tls \
	tests/faults/structured-reply-faults-over-tls
tests_faults_automatic_handshake_faults_over_tls_SOURCES = \
	tests/faults/automatic-handshake-faults.c tests/faults/over-tls.c
tests_faults_block_status_faults_over_tls_SOURCES = \
	tests/faults/block-status-faults.c tests/faults/over-tls.c
tests_faults_export_info_faults_over_tls_SOURCES = \
	tests/faults/export-info-faults.c tests/faults/over-tls.c
tests_faults_extended_reply_faults_over_tls_SOURCES = \
	tests/faults/extended-reply-faults.c tests/faults/over-tls.c
tests_faults_list_reply_faults_over_tls_SOURCES = \
	tests/faults/list-reply-faults.c tests/faults/over-tls.c
tests_faults_meta_context_faults_over_tls_SOURCES = \
	tests/faults/meta-context-faults.c tests/faults/over-tls.c
tests_faults_option_reply_faults_over_tls_SOURCES = \
	tests/faults/option-reply-faults.c tests/faults/over-tls.c
tests_faults_simple_reply_faults_over_tls_SOURCES = \
	tests/faults/simple-reply-faults.c tests/faults/over-tls.c
tests_faults_structured_reply_faults_over_tls_SOURCES = \
	tests/faults/structured-reply-faults.c tests/faults/over-tls.c
endif

fault_programs = \
	tests/faults/block-status-needs-each-context \
	tests/faults/disconnecting-does-not-wait-for-ever \
	tests/faults/early-errors-finish-the-payload \
	tests/faults/endless-lists-are-cut \
	tests/faults/export-detail-faults \
	tests/faults/huge-extents-do-not-overflow \
	tests/faults/missing-replies-leave-the-client-free \
	tests/faults/replies-are-matched-in-every-style \
	tests/faults/resets-fail-what-is-in-flight \
	tests/faults/second-connections-know-nothing-of-the-first
# Lives, see life.h; system calls that fail only here and there.
lives += \
	tests/faults/life-connect.c
lives += tests/faults/life-in-clear.c
tests_faults_allocations_may_fail_LDADD += $(GNUTLS_LIBS)
tests_faults_allocations_may_fail_LDFLAGS += \
	-Wl,--wrap=__getdelim \
	-Wl,--wrap=getline
tests_faults_system_calls_may_fail_LDADD += $(GNUTLS_LIBS)
tests_faults_system_calls_may_fail_LDFLAGS += \
	-Wl,--wrap=getsockopt \
	-Wl,--wrap=setsockopt

# Conversations that are cut in each state; and what they do about TLS.
fault_programs += tests/faults/connection-drops-in-every-state
if HAVE_GNUTLS
conversations_tls = tests/faults/conversations-over-tls.c
else
conversations_tls = tests/faults/conversations-in-clear.c
endif
tests_faults_connection_drops_in_every_state_SOURCES = \
	tests/faults/connection-drops-in-every-state.c \
	tests/faults/conversations.c \
	tests/faults/conversations.h \
	$(conversations_tls)
tests_faults_connection_drops_in_every_state_LDADD = \
	tests/lib/libtest.a lib/libcore.la $(GNUTLS_LIBS)
tests_faults_connection_drops_in_every_state_LDFLAGS = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=__poll_chk \
	-Wl,--wrap=__recv_chk \
	-Wl,--wrap=connect \
	-Wl,--wrap=poll \
	-Wl,--wrap=recv \
	-Wl,--wrap=recvmsg \
	-Wl,--wrap=send \
	-Wl,--wrap=sendmsg

fault_scripts = \
	tests/faults/matrix-is-complete

check_PROGRAMS += $(fault_programs) $(tables_over_tls)
TESTS += $(fault_programs) $(tables_over_tls) $(fault_scripts)
EXTRA_DIST += \
	$(fault_scripts) \
	tests/faults/conversations-in-clear.c \
	tests/faults/conversations-over-tls.c \
	tests/faults/matrix.txt \
	tests/faults/styles.h
