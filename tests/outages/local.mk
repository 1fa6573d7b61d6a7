# SPDX-License-Identifier: MIT
# Outages: a server that fails, and a checker of what a client was promised.
# `tests/outages/survive --seeds 1-100` can be run by hand; see
# tests/README.md.

outages_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/tests/outages/lib
outages_libs = tests/outages/lib/libbrittle.a $(LDADD)

noinst_LIBRARIES += tests/outages/lib/libbrittle.a
tests_outages_lib_libbrittle_a_SOURCES = \
	tests/outages/lib/brittle.c \
	tests/outages/lib/brittle.h \
	tests/outages/lib/checker.c \
	tests/outages/lib/checker.h \
	tests/outages/lib/connection.c \
	tests/outages/lib/disk.c \
	tests/outages/lib/disk.h \
	tests/outages/lib/ghosts.c \
	tests/outages/lib/handshake.c \
	tests/outages/lib/jobs.c \
	tests/outages/lib/jobs.h \
	tests/outages/lib/listen.c \
	tests/outages/lib/outages.c \
	tests/outages/lib/parts.h \
	tests/outages/lib/random.h \
	tests/outages/lib/replies.c \
	tests/outages/lib/requests.c \
	tests/outages/lib/script.c \
	tests/outages/lib/server.c
tests_outages_lib_libbrittle_a_CPPFLAGS = $(outages_cppflags)
if HAVE_GNUTLS
tests_outages_lib_libbrittle_a_SOURCES += tests/outages/lib/encrypted.c
else
tests_outages_lib_libbrittle_a_SOURCES += tests/outages/lib/unencrypted.c
endif

check_PROGRAMS += tests/outages/survive
tests_outages_survive_SOURCES = \
	tests/outages/harness/async.c \
	tests/outages/harness/blocking.c \
	tests/outages/harness/command.c \
	tests/outages/harness/harness.h \
	tests/outages/harness/main.c \
	tests/outages/harness/run.c
tests_outages_survive_CPPFLAGS = $(outages_cppflags)
tests_outages_survive_LDADD = $(outages_libs)

check_PROGRAMS += tests/outages/matrix/matrix
tests_outages_matrix_matrix_SOURCES = \
	tests/outages/matrix/main.c \
	tests/outages/matrix/matrix.h \
	tests/outages/matrix/row.c \
	tests/outages/matrix/rows.c
tests_outages_matrix_matrix_CPPFLAGS = $(outages_cppflags)
tests_outages_matrix_matrix_LDADD = $(outages_libs)

test_programs += \
	tests/outages/cancelling/blocked-threads-are-cancelled \
	tests/outages/cancelling/calls-that-wait-for-their-turn-are-interrupted \
	tests/outages/cancelling/cancelled-commands-cannot-be-asked-about \
	tests/outages/cancelling/commands-are-cancelled-wherever-they-are \
	tests/outages/cancelling/events-may-end-calls-that-wait \
	tests/outages/cancelling/floods-do-not-keep-calls-from-being-interrupted \
	tests/outages/cancelling/signals-end-calls-that-wait \
	tests/outages/cancelling/writes-of-cancelled-threads-are-remembered \
	tests/outages/cancelling/writes-that-end-early-hold-newer-ones \
	tests/outages/children/children-may-neither-start-nor-end \
	tests/outages/children/children-that-end-at-once-are-started-more-seldom \
	tests/outages/children/killed-children-hold-nothing-up \
	tests/outages/children/servers-that-are-children-are-started-again \
	tests/outages/children/the-story-tells-how-children-ended \
	tests/outages/connecting/addresses-that-are-silent-are-passed-over \
	tests/outages/connecting/blocking-calls-wait-for-the-server \
	tests/outages/connecting/exports-that-are-not-there-yet-are-waited-for \
	tests/outages/connecting/forgotten-lookups-free-themselves \
	tests/outages/connecting/full-queues-are-waited-for \
	tests/outages/connecting/lookups-without-memory-do-not-begin \
	tests/outages/connecting/names-of-servers-that-move-are-looked-up-again \
	tests/outages/connecting/names-that-are-not-known-yet-are-looked-up-again \
	tests/outages/connecting/option-mode-waits-until-it-negotiates \
	tests/outages/connecting/poll-completes-one-command-of-all-connections \
	tests/outages/connecting/servers-that-are-not-there-yet-are-waited-for \
	tests/outages/connecting/small-commands-load-all-connections-alike \
	tests/outages/connecting/tcp-ports-that-refuse-are-tried-again \
	tests/outages/connecting/waiting-for-a-server-ends-in-time \
	tests/outages/connecting/without-a-connect-timeout-there-is-one-attempt \
	tests/outages/deadlines/commands-time-out-during-an-outage \
	tests/outages/deadlines/every-state-can-be-ended \
	tests/outages/deadlines/late-replies-are-discarded \
	tests/outages/deadlines/polling-without-waiting-keeps-deadlines \
	tests/outages/deadlines/silent-attempts-take-longer-each-time \
	tests/outages/deadlines/silent-servers-end-their-connection \
	tests/outages/deadlines/slow-callbacks-are-no-silence \
	tests/outages/deadlines/stopped-programs-do-not-blame-the-server \
	tests/outages/journal/cancelled-flushes-delay-no-own-ones \
	tests/outages/journal/journals-give-their-memory-back \
	tests/outages/journal/own-flushes-are-no-completions \
	tests/outages/journal/own-flushes-begin-early \
	tests/outages/journal/own-flushes-bound-the-journal \
	tests/outages/journal/own-flushes-wait-for-company \
	tests/outages/journal/policies-say-what-an-outage-means \
	tests/outages/leaving/closing-in-an-outage-waits-for-nothing \
	tests/outages/leaving/connections-that-are-not-there-yet-are-given-up \
	tests/outages/leaving/disconnects-that-were-lost-are-sent-again \
	tests/outages/leaving/leaving-in-an-outage-waits-for-what-is-owed \
	tests/outages/leaving/own-flushes-are-not-abandoned \
	tests/outages/promise/block-sizes-and-names-are-held-against-the-promise \
	tests/outages/promise/connections-that-are-less-do-not-join \
	tests/outages/promise/contexts-are-found-by-name \
	tests/outages/promise/exports-may-come-back-later \
	tests/outages/promise/larger-exports-can-be-used \
	tests/outages/promise/option-mode-is-not-needed-again \
	tests/outages/promise/weaker-exports-end-the-handle \
	tests/outages/replaying/commands-wait-for-servers-that-shut-down \
	tests/outages/replaying/newcomers-wait-until-another-connection-shows-life \
	tests/outages/replaying/refused-writes-are-not-repeated \
	tests/outages/replaying/repeated-writes-wait-for-ghosts-of-the-journal \
	tests/outages/story/events-come-in-their-order \
	tests/outages/story/forked-copies-do-not-come-back \
	tests/outages/story/handles-end-with-their-last-connection \
	tests/outages/story/plain-handles-tell-of-their-connection \
	tests/outages/story/refusals-in-an-outage-call-the-handle-connected \
	tests/outages/story/servers-that-fail-again-and-again-are-given-up \
	tests/outages/story/slow-event-callbacks-lose-nothing \
	tests/outages/story/sockets-of-the-program-are-not-connected-again \
	tests/outages/story/the-address-is-named-as-a-uri \
	tests/outages/story/the-end-of-patience-tells-the-whole-story \
	tests/outages/story/threads-wait-for-the-server-together

tests_outages_children_the_story_tells_how_children_ended_LDADD = $(internal)
tests_outages_children_the_story_tells_how_children_ended_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=waitid

tests_outages_connecting_addresses_that_are_silent_are_passed_over_LDADD = \
	$(internal)
tests_outages_connecting_addresses_that_are_silent_are_passed_over_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=getaddrinfo
tests_outages_connecting_forgotten_lookups_free_themselves_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_connecting_forgotten_lookups_free_themselves_LDADD = $(internal)
tests_outages_connecting_forgotten_lookups_free_themselves_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=getaddrinfo -Wl,--wrap=freeaddrinfo
tests_outages_connecting_lookups_without_memory_do_not_begin_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_connecting_lookups_without_memory_do_not_begin_LDADD = $(internal)
tests_outages_connecting_lookups_without_memory_do_not_begin_LDFLAGS = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=calloc \
	-Wl,--wrap=pthread_attr_init \
	-Wl,--wrap=pthread_create \
	-Wl,--wrap=strdup
tests_outages_connecting_names_of_servers_that_move_are_looked_up_again_LDADD = \
	$(internal)
tests_outages_connecting_names_of_servers_that_move_are_looked_up_again_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=getaddrinfo
tests_outages_connecting_names_that_are_not_known_yet_are_looked_up_again_LDADD = \
	$(internal)
tests_outages_connecting_names_that_are_not_known_yet_are_looked_up_again_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=getaddrinfo -Wl,--wrap=freeaddrinfo

tests_outages_deadlines_every_state_can_be_ended_SOURCES = \
	tests/outages/deadlines/every-state-can-be-ended.c \
	tests/lib/failing/conversations.c \
	tests/lib/failing/conversations.h \
	$(conversations_tls)
tests_outages_deadlines_every_state_can_be_ended_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_deadlines_every_state_can_be_ended_LDADD = $(internal)
tests_outages_deadlines_every_state_can_be_ended_LDFLAGS = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=clock_gettime \
	-Wl,--wrap=connect \
	$(poll_ldflags) \
	-Wl,--wrap=send \
	-Wl,--wrap=sendmsg

tests_outages_deadlines_silent_attempts_take_longer_each_time_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_deadlines_silent_attempts_take_longer_each_time_LDADD = \
	$(internal)

tests_outages_deadlines_stopped_programs_do_not_blame_the_server_LDADD = \
	$(internal)
tests_outages_deadlines_stopped_programs_do_not_blame_the_server_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=clock_gettime

tests_outages_story_servers_that_fail_again_and_again_are_given_up_LDADD = \
	$(internal)
tests_outages_story_servers_that_fail_again_and_again_are_given_up_LDFLAGS = \
	$(AM_LDFLAGS) \
	$(fast_clock_ldflags) \
	$(poll_ldflags)

# A few hundred seeds in make check, twenty thousand in make check-long.
outages_by_seeds = \
	tests/outages/commands-that-end-early-undo-nothing.sh \
	tests/outages/eight-threads-lose-nothing-in-outages.sh \
	tests/outages/every-outage-ends-as-computed.sh \
	tests/outages/four-connections-lose-nothing-in-outages.sh \
	tests/outages/one-thread-loses-nothing-in-outages.sh \
	tests/outages/programs-that-never-flush-only-get-slower.sh \
	tests/outages/strict-flushes-tell-of-every-loss.sh
CHECK_LONG += $(outages_by_seeds)

test_scripts += \
	tests/outages/a-process-that-only-seems-gone-undoes-writes.sh \
	tests/outages/calm-servers-answer-in-any-order.sh \
	tests/outages/children/each-kind-of-child-is-started-again.sh \
	tests/outages/flushes-wait-until-the-journal-is-written.sh \
	tests/outages/lost-writes-and-lying-flushes-are-seen.sh \
	tests/outages/programs-that-wait-for-ghosts-lose-what-they-expect.sh \
	tests/outages/story/servers-behind-ssh-are-named-by-their-uri.sh \
	tests/outages/without-quarantine-old-writes-undo-new-ones.sh \
	tests/outages/without-the-journal-writes-are-lost.sh \
	$(outages_by_seeds)

EXTRA_DIST += tests/lib/outages.sh
