# SPDX-License-Identifier: MIT
# TLS.  The tests in C are also the server, with GnuTLS.

test_programs += \
	tests/tls/keys/tls-user-is-who-is-logged-in \
	tests/tls/uris/uri-tls-type-must-fit-the-file-of-keys

tests_tls_keys_tls_user_is_who_is_logged_in_LDADD = $(internal)
tests_tls_keys_tls_user_is_who_is_logged_in_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=__getlogin_r_chk,--wrap=getlogin_r

if HAVE_GNUTLS
test_programs += \
	tests/tls/certificates/default-directories-are-searched-in-order \
	tests/tls/certificates/names-in-certificates-are-escaped \
	tests/tls/certificates/unusable-authorities-are-not-ignored \
	tests/tls/handshake/agreement-has-no-payload \
	tests/tls/handshake/agreements-in-the-clear-are-forgotten \
	tests/tls/handshake/bytes-behind-the-agreement-end-the-connection \
	tests/tls/handshake/cut-in-the-tls-handshake-is-fatal \
	tests/tls/handshake/demand-for-tls-on-tls-is-no-loop \
	tests/tls/handshake/encryption-that-is-gone-after-an-outage-is-missed \
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
	tests/tls/records/failures-below-tls-are-told-with-their-cause \
	tests/tls/records/full-sockets-ask-for-write \
	tests/tls/records/key-updates-are-followed \
	tests/tls/records/large-writes-fill-their-records \
	tests/tls/records/last-words-are-heard \
	tests/tls/records/lost-connections-are-no-failures \
	tests/tls/records/missing-goodbye-is-no-orderly-end \
	tests/tls/records/partial-records-wait-quietly \
	tests/tls/records/records-without-data-stop-nobody \
	tests/tls/records/statistics-count-plaintext \
	tests/tls/records/tls-goodbye-waits-for-room \
	tests/tls/records/what-is-wrong-behind-data-is-told \
	tests/tls/records/worn-keys-are-replaced

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
tests_tls_certificates_unusable_authorities_are_not_ignored_LDADD = $(internal)
tests_tls_certificates_unusable_authorities_are_not_ignored_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=geteuid
tests_tls_records_failures_below_tls_are_told_with_their_cause_LDADD = \
	$(internal)
tests_tls_records_failures_below_tls_are_told_with_their_cause_LDFLAGS = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=gnutls_bye \
	-Wl,--wrap=gnutls_record_send \
	$(recv_ldflags) \
	-Wl,--wrap=send
tests_tls_records_lost_connections_are_no_failures_CPPFLAGS = \
	$(internals_cppflags)
tests_tls_records_lost_connections_are_no_failures_LDADD = $(internal)
tests_tls_records_tls_goodbye_waits_for_room_LDADD = $(internal)
tests_tls_records_tls_goodbye_waits_for_room_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=send
tests_tls_records_worn_keys_are_replaced_LDADD = \
	tests/lib/libtest.a lib/libcore.la $(GNUTLS_LIBS)
tests_tls_records_worn_keys_are_replaced_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=gnutls_init
else
test_programs += \
	tests/tls/handshake/calls-without-tls-say-so
endif

test_scripts += \
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
	tests/tls/certificates/servers-that-come-back-as-others-are-not-believed.sh \
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
	tests/tls/uris/uri-with-tls-is-never-in-the-clear.sh
