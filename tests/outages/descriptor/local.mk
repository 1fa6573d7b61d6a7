# SPDX-License-Identifier: MIT
# The one descriptor of a handle that stays connected.

test_programs += \
	tests/outages/descriptor/commands-are-sent-by-the-call-that-issues-them \
	tests/outages/descriptor/commands-do-not-set-the-descriptor \
	tests/outages/descriptor/descriptor-rests-when-nothing-is-to-be-done \
	tests/outages/descriptor/descriptor-stays-while-sockets-change \
	tests/outages/descriptor/descriptor-that-cannot-be-made-is-explained \
	tests/outages/descriptor/forked-copies-do-not-share-the-descriptor \
	tests/outages/descriptor/handles-tell-whether-all-was-read \
	tests/outages/descriptor/programs-may-come-to-send-themselves \
	tests/outages/descriptor/sockets-that-are-not-watched-are-looked-at

descriptor_changes = \
	tests/outages/descriptor/changes.c \
	tests/outages/descriptor/changes.h
tests_outages_descriptor_commands_do_not_set_the_descriptor_SOURCES = \
	tests/outages/descriptor/commands-do-not-set-the-descriptor.c \
	$(descriptor_changes)
tests_outages_descriptor_programs_may_come_to_send_themselves_SOURCES = \
	tests/outages/descriptor/programs-may-come-to-send-themselves.c \
	$(descriptor_changes)
