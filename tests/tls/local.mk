# SPDX-License-Identifier: MIT
# Tests of TLS.  Those in C play the server themselves, with GnuTLS.

tests_lib_client_client_SOURCES += tests/lib/client/client-tls.c

tls_script_tests = \
	tests/tls/certificates/addresses-can-be-names-in-a-certificate.sh \
	tests/tls/certificates/certificate-for-another-host-is-refused.sh \
	tests/tls/certificates/certificate-of-a-client-is-no-server-certificate.sh \
	tests/tls/certificates/certificate-of-an-unknown-authority-is-refused.sh \
	tests/tls/certificates/certificates-are-found-at-home.sh \
	tests/tls/certificates/chain-is-checked-without-a-host-name.sh \
	tests/tls/certificates/client-certificate-is-shown-to-who-asks.sh \
	tests/tls/certificates/client-key-must-fit-its-certificate.sh \
	tests/tls/certificates/expired-certificate-is-refused.sh \
	tests/tls/certificates/files-without-certificates-are-refused.sh \
	tests/tls/certificates/revoked-certificate-is-refused.sh \
	tests/tls/certificates/self-signed-certificate-is-refused.sh \
	tests/tls/certificates/system-authorities-do-not-vouch-for-everybody.sh \
	tests/tls/certificates/verification-can-be-switched-off.sh \
	tests/tls/handshake/alerts-tell-what-the-server-wants.sh \
	tests/tls/handshake/level-decides-whether-to-encrypt.sh \
	tests/tls/handshake/option-mode-starts-tls-by-hand.sh \
	tests/tls/keys/messages-have-no-keys.sh \
	tests/tls/keys/missing-shared-key-is-an-error.sh \
	tests/tls/keys/nbdkit-serves-owners-of-a-key.sh \
	tests/tls/keys/qemu-nbd-serves-owners-of-a-key.sh \
	tests/tls/keys/unknown-user-is-refused.sh \
	tests/tls/keys/wrong-shared-key-is-refused.sh \
	tests/tls/records/openssl-tickets-stop-nobody.sh \
	tests/tls/records/processors-with-aes-use-it.sh \
	tests/tls/servers/nbd-server-serves-over-tls.sh \
	tests/tls/servers/nbdkit-answers-big-requests-over-tls.sh \
	tests/tls/servers/nbdkit-keeps-what-was-written-over-tls.sh \
	tests/tls/servers/python-reads-and-writes-over-tls.sh \
	tests/tls/servers/qemu-nbd-serves-over-tls.sh \
	tests/tls/servers/qemu-storage-daemon-serves-over-tls.sh \
	tests/tls/uris/get-uri-leads-back-over-tls.sh \
	tests/tls/uris/uri-certificates-are-checked.sh \
	tests/tls/uris/uri-needs-permission-for-local-files.sh \
	tests/tls/uris/uri-needs-permission-for-priorities.sh \
	tests/tls/uris/uri-with-tls-is-never-in-the-clear.sh \
	tests/tree/promises-name-their-tests.sh

if HAVE_GNUTLS
AM_CPPFLAGS += -I$(srcdir)/tests/lib/tls $(GNUTLS_CFLAGS)
LDADD += $(GNUTLS_LIBS)
tests_lib_libtest_a_SOURCES += \
	tests/lib/tls/tls-server.c \
	tests/lib/tls/tls-server.h

tls_program_tests = \
	tests/tls/certificates/default-directories-are-searched-in-order \
	tests/tls/certificates/names-in-certificates-are-escaped \
	tests/tls/handshake/agreement-has-no-payload \
	tests/tls/handshake/agreements-in-the-clear-are-forgotten \
	tests/tls/handshake/bytes-behind-the-agreement-end-the-connection \
	tests/tls/handshake/cut-in-the-tls-handshake-is-fatal \
	tests/tls/handshake/demand-for-tls-on-tls-is-no-loop \
	tests/tls/handshake/faults-while-tls-starts \
	tests/tls/handshake/full-handshake-asks-for-write \
	tests/tls/handshake/handshake-may-arrive-byte-by-byte \
	tests/tls/handshake/old-servers-cannot-be-required-to-encrypt \
	tests/tls/handshake/old-versions-of-tls-are-refused \
	tests/tls/handshake/overlong-names-are-refused \
	tests/tls/handshake/refusal-ends-what-must-be-encrypted \
	tests/tls/handshake/refusal-is-accepted-where-tls-is-only-allowed \
	tests/tls/handshake/second-starttls-is-refused \
	tests/tls/handshake/server-name-is-sent \
	tests/tls/handshake/stalled-handshake-blocks-nobody \
	tests/tls/handshake/unanswered-options-are-named-over-tls \
	tests/tls/keys/debug-output-has-no-keys \
	tests/tls/records/decrypted-replies-need-no-readiness \
	tests/tls/records/disconnecting-says-goodbye \
	tests/tls/records/full-sockets-ask-for-write \
	tests/tls/records/key-updates-are-followed \
	tests/tls/records/large-writes-fill-their-records \
	tests/tls/records/last-words-are-heard \
	tests/tls/records/missing-goodbye-is-no-orderly-end \
	tests/tls/records/partial-records-wait-quietly \
	tests/tls/records/records-without-data-stop-nobody \
	tests/tls/records/statistics-count-plaintext \
	tests/tls/records/worn-keys-are-replaced

# Programs that put themselves between the library and what it calls.
tests_tls_certificates_default_directories_are_searched_in_order_CPPFLAGS = \
	$(AM_CPPFLAGS) \
	-DSYSCONFDIR='"$(sysconfdir)"'
tests_tls_certificates_default_directories_are_searched_in_order_LDADD = \
	tests/lib/libtest.a lib/libcore.la $(GNUTLS_LIBS)
tests_tls_certificates_default_directories_are_searched_in_order_LDFLAGS = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=access \
	-Wl,--wrap=geteuid \
	-Wl,--wrap=gnutls_certificate_set_x509_system_trust
tests_tls_certificates_names_in_certificates_are_escaped_LDADD = \
	tests/lib/libtest.a lib/libcore.la $(GNUTLS_LIBS)
tests_tls_certificates_names_in_certificates_are_escaped_LDFLAGS = \
	$(memory_ldflags) \
	-Wl,--wrap=gnutls_certificate_set_x509_system_trust
tests_tls_records_worn_keys_are_replaced_LDADD = \
	tests/lib/libtest.a lib/libcore.la $(GNUTLS_LIBS)
tests_tls_records_worn_keys_are_replaced_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=gnutls_init
# Tests of transmission once more, over TLS.
tls_again = \
	tests/transmission/polling/notify-read-serves-the-queue-too-over-tls \
	tests/transmission/polling/poll-that-waited-for-the-seat-tells-of-progress-over-tls \
	tests/transmission/polling/poll-timeout-covers-the-wait-for-the-seat-over-tls \
	tests/transmission/polling/replies-are-served-while-a-write-is-stuck-over-tls \
	tests/transmission/threads/blocked-writers-watch-for-room-themselves-over-tls \
	tests/transmission/threads/blocking-commands-are-not-retired-by-others-over-tls \
	tests/transmission/threads/blocking-threads-share-with-asynchronous-commands-over-tls \
	tests/transmission/threads/eight-threads-block-on-one-handle-over-tls \
	tests/transmission/threads/issuing-does-not-wait-for-a-sleeping-driver-over-tls \
	tests/transmission/threads/requests-leave-while-another-thread-sleeps-over-tls \
	tests/transmission/threads/threads-mix-everything-on-one-handle-over-tls \
	tests/transmission/threads/threads-wait-for-room-of-their-own-over-tls
tests_transmission_threads_blocked_writers_watch_for_room_themselves_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/threads/blocked-writers-watch-for-room-themselves.c
tests_transmission_threads_blocking_commands_are_not_retired_by_others_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/threads/blocking-commands-are-not-retired-by-others.c
tests_transmission_threads_blocking_threads_share_with_asynchronous_commands_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/threads/blocking-threads-share-with-asynchronous-commands.c
tests_transmission_threads_eight_threads_block_on_one_handle_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/threads/eight-threads-block-on-one-handle.c
tests_transmission_threads_issuing_does_not_wait_for_a_sleeping_driver_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/threads/issuing-does-not-wait-for-a-sleeping-driver.c
tests_transmission_polling_notify_read_serves_the_queue_too_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/polling/notify-read-serves-the-queue-too.c
tests_transmission_polling_poll_that_waited_for_the_seat_tells_of_progress_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/polling/poll-that-waited-for-the-seat-tells-of-progress.c
tests_transmission_polling_poll_timeout_covers_the_wait_for_the_seat_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/polling/poll-timeout-covers-the-wait-for-the-seat.c
tests_transmission_polling_replies_are_served_while_a_write_is_stuck_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/polling/replies-are-served-while-a-write-is-stuck.c
tests_transmission_threads_requests_leave_while_another_thread_sleeps_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/threads/requests-leave-while-another-thread-sleeps.c
tests_transmission_threads_threads_mix_everything_on_one_handle_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/threads/threads-mix-everything-on-one-handle.c
tests_transmission_threads_threads_wait_for_room_of_their_own_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/threads/threads-wait-for-room-of-their-own.c
else
tls_program_tests = \
	tests/tls/handshake/calls-without-tls-say-so
endif

check_PROGRAMS += $(tls_program_tests) $(tls_again)
TESTS += $(tls_program_tests) $(tls_again) $(tls_script_tests)
EXTRA_DIST += \
	$(tls_script_tests) \
	tests/lib/openssl_alerts.py \
	tests/lib/openssl_server.py \
	tests/lib/openssl_tickets.py \
	tests/lib/tls.sh \
	tests/lib/tls/handles-over-tls.c
