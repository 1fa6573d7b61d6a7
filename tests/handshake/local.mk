# SPDX-License-Identifier: MIT
# The greeting, the options and what is negotiated.

test_programs += \
	tests/handshake/blocking-options-need-fixed-newstyle \
	tests/handshake/blocking-options-return-what-the-server-said \
	tests/handshake/blocking-options-survive-servers-that-leave \
	tests/handshake/bytes-behind-an-option-are-judged-by-the-next \
	tests/handshake/closing-inside-an-option-frees-its-closures \
	tests/handshake/completions-of-options-tell-what-the-server-said \
	tests/handshake/event-callbacks-are-freed-once \
	tests/handshake/export-names-wait-for-room \
	tests/handshake/metadata-queries-have-a-limit \
	tests/handshake/new-export-name-forgets-the-details \
	tests/handshake/only-one-option-at-a-time \
	tests/handshake/overlong-strings-are-refused \
	tests/handshake/second-connections-know-nothing-of-the-first \
	tests/handshake/servers-without-fixed-newstyle-are-left-by-closing \
	tests/handshake/servers-without-fixed-newstyle-know-no-options \
	tests/handshake/settings-are-fixed-while-connected \
	tests/handshake/shutdown-in-option-mode-aborts \
	tests/handshake/state-is-seen-while-a-call-blocks \
	tests/handshake/times-and-sizes-have-limits \
	tests/handshake/unanswered-options-are-named \
	tests/handshake/waiting-for-the-greeting-asks-for-read

tests_handshake_export_names_wait_for_room_LDADD = $(internal)
tests_handshake_export_names_wait_for_room_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=send
