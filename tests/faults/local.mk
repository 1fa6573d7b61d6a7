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
fault_scripts = \
	tests/faults/matrix-is-complete

check_PROGRAMS += $(fault_programs) $(tables_over_tls)
TESTS += $(fault_programs) $(tables_over_tls) $(fault_scripts)
EXTRA_DIST += \
	$(fault_scripts) \
	tests/faults/matrix.txt \
	tests/faults/styles.h
