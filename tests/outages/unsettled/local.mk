# SPDX-License-Identifier: MIT
# What is kept for an outage: ranges, the journal, ghosts.

test_programs += \
	tests/outages/unsettled/abandoned-commands-haunt-until-their-reply \
	tests/outages/unsettled/commands-without-memory-leave-the-journal-as-it-is \
	tests/outages/unsettled/durable-writes-are-not-undone \
	tests/outages/unsettled/entries-of-lost-connections-are-sent-once-more \
	tests/outages/unsettled/flushes-settle-what-came-before-them \
	tests/outages/unsettled/flushes-take-little-of-the-time \
	tests/outages/unsettled/full-journals-take-no-more \
	tests/outages/unsettled/ghosts-are-laid-by-the-end-of-their-server \
	tests/outages/unsettled/ghosts-are-laid-by-time \
	tests/outages/unsettled/ghosts-need-no-memory \
	tests/outages/unsettled/ghosts-of-entries-hold-what-is-sent-again \
	tests/outages/unsettled/journals-do-not-change-while-they-are-written \
	tests/outages/unsettled/journals-without-copies-know-what-is-not-durable \
	tests/outages/unsettled/lists-of-ranges-become-fewer-again \
	tests/outages/unsettled/newer-entries-cut-older-ones \
	tests/outages/unsettled/quick-flushes-follow-each-other-soon \
	tests/outages/unsettled/ranges-are-found-as-in-a-list \
	tests/outages/unsettled/trees-of-ranges-stay-shallow \
	tests/outages/unsettled/trims-are-written-last \
	tests/outages/unsettled/what-was-acknowledged-is-written-again

tests_outages_unsettled_abandoned_commands_haunt_until_their_reply_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_abandoned_commands_haunt_until_their_reply_LDADD = \
	$(internal)
tests_outages_unsettled_commands_without_memory_leave_the_journal_as_it_is_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_commands_without_memory_leave_the_journal_as_it_is_LDADD = \
	$(internal)
tests_outages_unsettled_commands_without_memory_leave_the_journal_as_it_is_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=malloc
tests_outages_unsettled_durable_writes_are_not_undone_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_durable_writes_are_not_undone_LDADD = $(internal)
tests_outages_unsettled_entries_of_lost_connections_are_sent_once_more_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_entries_of_lost_connections_are_sent_once_more_LDADD = \
	$(internal)
tests_outages_unsettled_flushes_settle_what_came_before_them_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_flushes_settle_what_came_before_them_LDADD = $(internal)
tests_outages_unsettled_flushes_take_little_of_the_time_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_flushes_take_little_of_the_time_LDADD = $(internal)
tests_outages_unsettled_full_journals_take_no_more_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_full_journals_take_no_more_LDADD = $(internal)
tests_outages_unsettled_ghosts_are_laid_by_the_end_of_their_server_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_ghosts_are_laid_by_the_end_of_their_server_LDADD = \
	$(internal)
tests_outages_unsettled_ghosts_are_laid_by_the_end_of_their_server_LDFLAGS = \
	$(AM_LDFLAGS) $(poll_ldflags)
tests_outages_unsettled_ghosts_are_laid_by_time_CPPFLAGS = $(internals_cppflags)
tests_outages_unsettled_ghosts_are_laid_by_time_LDADD = $(internal)
tests_outages_unsettled_ghosts_need_no_memory_CPPFLAGS = $(internals_cppflags)
tests_outages_unsettled_ghosts_need_no_memory_LDADD = $(internal)
tests_outages_unsettled_ghosts_need_no_memory_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=calloc
tests_outages_unsettled_ghosts_of_entries_hold_what_is_sent_again_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_ghosts_of_entries_hold_what_is_sent_again_LDADD = \
	$(internal)
tests_outages_unsettled_journals_do_not_change_while_they_are_written_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_journals_do_not_change_while_they_are_written_LDADD = \
	$(internal)
tests_outages_unsettled_journals_without_copies_know_what_is_not_durable_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_journals_without_copies_know_what_is_not_durable_LDADD = \
	$(internal)
tests_outages_unsettled_journals_without_copies_know_what_is_not_durable_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=malloc
tests_outages_unsettled_lists_of_ranges_become_fewer_again_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_lists_of_ranges_become_fewer_again_LDADD = \
	$(internal)
tests_outages_unsettled_newer_entries_cut_older_ones_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_newer_entries_cut_older_ones_LDADD = $(internal)
tests_outages_unsettled_quick_flushes_follow_each_other_soon_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_quick_flushes_follow_each_other_soon_LDADD = \
	$(internal)
tests_outages_unsettled_ranges_are_found_as_in_a_list_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_ranges_are_found_as_in_a_list_LDADD = $(internal)
tests_outages_unsettled_trees_of_ranges_stay_shallow_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_trees_of_ranges_stay_shallow_LDADD = $(internal)
tests_outages_unsettled_trims_are_written_last_CPPFLAGS = $(internals_cppflags)
tests_outages_unsettled_trims_are_written_last_LDADD = $(internal)
tests_outages_unsettled_what_was_acknowledged_is_written_again_CPPFLAGS = \
	$(internals_cppflags)
tests_outages_unsettled_what_was_acknowledged_is_written_again_LDADD = \
	$(internal)
