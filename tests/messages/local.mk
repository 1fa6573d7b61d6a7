# SPDX-License-Identifier: MIT
# Errors and debug output.

test_programs += \
	tests/messages/connection-state-is-no-sentence \
	tests/messages/debug-callbacks-are-freed-once \
	tests/messages/messages-say-what-was-going-on \
	tests/messages/numbers-of-the-protocol-have-names \
	tests/messages/successful-calls-log-their-result

tests_messages_numbers_of_the_protocol_have_names_CPPFLAGS = \
	$(internals_cppflags)
tests_messages_numbers_of_the_protocol_have_names_LDADD = $(internal)
tests_messages_successful_calls_log_their_result_LDADD = $(internal)
tests_messages_successful_calls_log_their_result_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=connect,--wrap=socket

test_scripts += \
	tests/messages/every-call-is-logged-and-explained.py
