# SPDX-License-Identifier: MIT
# Commands, their replies, and the end of a connection.

test_programs += \
	tests/transmission/block-status/a-million-extents-are-delivered \
	tests/transmission/block-status/announced-extents-cost-no-memory \
	tests/transmission/block-status/block-status-filter-needs-its-preconditions \
	tests/transmission/block-status/extents-end-with-the-export \
	tests/transmission/block-status/filters-are-sent-as-the-program-says \
	tests/transmission/block-status/filters-may-repeat-a-context \
	tests/transmission/disconnecting/close-sends-nothing \
	tests/transmission/disconnecting/close-with-commands-outstanding \
	tests/transmission/disconnecting/closed-descriptors-end-the-connection \
	tests/transmission/disconnecting/disconnect-is-sent-by-the-issuing-call \
	tests/transmission/disconnecting/end-of-stream-waits-for-buffered-replies \
	tests/transmission/disconnecting/failed-half-closes-are-only-logged \
	tests/transmission/disconnecting/fatal-errors-name-the-call-and-the-cause \
	tests/transmission/disconnecting/lost-connections-say-that-the-server-closed \
	tests/transmission/disconnecting/server-closing-while-idle-is-no-error \
	tests/transmission/disconnecting/shutdown-abandons-but-not-the-disconnect \
	tests/transmission/disconnecting/shutdown-abandons-what-was-not-sent \
	tests/transmission/disconnecting/shutdown-flags-are-checked \
	tests/transmission/disconnecting/shutdown-sends-what-was-held-back \
	tests/transmission/disconnecting/shutdown-tells-blocked-threads-what-it-dropped \
	tests/transmission/polling/buffered-replies-are-never-stranded \
	tests/transmission/polling/descriptors-live-as-long-as-they-are-watched \
	tests/transmission/polling/notify-read-serves-the-queue-too \
	tests/transmission/polling/notify-read-without-data-does-nothing \
	tests/transmission/polling/notify-write-on-a-broken-connection-ends-it \
	tests/transmission/polling/poll-completes-one-command \
	tests/transmission/polling/poll-for-a-buffered-reply-flushes-nothing \
	tests/transmission/polling/poll-returns-when-told \
	tests/transmission/polling/poll-takes-whole-replies-without-a-system-call \
	tests/transmission/polling/poll-that-waited-for-the-seat-tells-of-progress \
	tests/transmission/polling/poll-timeout-covers-the-wait-for-the-seat \
	tests/transmission/polling/polls-of-a-broken-connection-serve-one-reply-each \
	tests/transmission/polling/replies-are-served-while-a-write-is-stuck \
	tests/transmission/polling/signals-do-not-end-a-wait \
	tests/transmission/polling/small-blocking-calls-make-three-system-calls \
	tests/transmission/polling/stalled-server-shows-write-and-blocks-nobody \
	tests/transmission/polling/states-tell-whether-a-message-is-half-done \
	tests/transmission/polling/what-is-buffered-wakes-every-drive-call \
	tests/transmission/polling/write-hint-is-honoured-once \
	tests/transmission/polling/write-is-refused-without-the-hint \
	tests/transmission/reads/chunk-callbacks-can-fail-the-command \
	tests/transmission/reads/hostile-chunks-cost-little \
	tests/transmission/reads/large-reads-arrive-whole \
	tests/transmission/reads/many-small-chunks-make-one-read \
	tests/transmission/reads/reads-show-no-old-memory \
	tests/transmission/reads/refused-reads-clear-the-buffer \
	tests/transmission/reads/uninitialized-reads-write-only-what-came \
	tests/transmission/replies/buffers-move-before-they-grow \
	tests/transmission/replies/callbacks-that-are-only-freed \
	tests/transmission/replies/callbacks-use-and-close-other-handles \
	tests/transmission/replies/commands-are-retired-once \
	tests/transmission/replies/completion-results-are-obeyed \
	tests/transmission/replies/cut-inside-a-reply-is-fatal \
	tests/transmission/replies/early-replies-complete-in-drive-calls \
	tests/transmission/replies/failed-commands-name-the-cause \
	tests/transmission/replies/replies-of-another-link-are-nobodys \
	tests/transmission/replies/replies-to-unsent-commands-are-nobodys \
	tests/transmission/replies/statistics-count-what-was-taken \
	tests/transmission/requests/block-size-limits-are-kept \
	tests/transmission/requests/commands-are-sent-without-looking-at-the-hint \
	tests/transmission/requests/few-commands-are-sent-at-once \
	tests/transmission/requests/in-flight-counts-what-waits \
	tests/transmission/requests/issuing-never-reads \
	tests/transmission/requests/issuing-on-a-broken-connection-is-noticed-later \
	tests/transmission/requests/null-pointers-are-refused \
	tests/transmission/requests/payload-length-flag-follows-the-headers \
	tests/transmission/requests/refused-calls-free-their-closures \
	tests/transmission/requests/refused-commands-take-no-cookie \
	tests/transmission/requests/refused-writes-say-whose-limit-it-is \
	tests/transmission/requests/strict-mode-checks-requests \
	tests/transmission/requests/thousands-in-flight-in-any-order \
	tests/transmission/threads/blocked-writers-watch-for-room-themselves \
	tests/transmission/threads/blocking-commands-are-not-retired-by-others \
	tests/transmission/threads/blocking-threads-share-with-asynchronous-commands \
	tests/transmission/threads/cancelled-threads-give-up-the-seat \
	tests/transmission/threads/cancelled-threads-leave-the-handle-to-others \
	tests/transmission/threads/cancelled-writers-watch-no-more \
	tests/transmission/threads/closures-of-blocking-calls-run-on-their-thread \
	tests/transmission/threads/connection-end-wakes-all-threads \
	tests/transmission/threads/each-thread-reports-its-own-command \
	tests/transmission/threads/eight-threads-block-on-one-handle \
	tests/transmission/threads/issuing-does-not-wait-for-a-sleeping-driver \
	tests/transmission/threads/requests-leave-while-another-thread-sleeps \
	tests/transmission/threads/threads-are-cancelled-nowhere-else \
	tests/transmission/threads/threads-mix-everything-on-one-handle \
	tests/transmission/threads/threads-wait-for-room-of-their-own

tests_transmission_disconnecting_failed_half_closes_are_only_logged_LDADD = $(internal)
tests_transmission_disconnecting_failed_half_closes_are_only_logged_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=shutdown
tests_transmission_disconnecting_shutdown_tells_blocked_threads_what_it_dropped_LDADD = \
	$(internal)
tests_transmission_disconnecting_shutdown_tells_blocked_threads_what_it_dropped_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=send
tests_transmission_polling_descriptors_live_as_long_as_they_are_watched_LDADD = \
	$(internal)
tests_transmission_polling_descriptors_live_as_long_as_they_are_watched_LDFLAGS = \
	$(AM_LDFLAGS) $(poll_ldflags)
tests_transmission_polling_what_is_buffered_wakes_every_drive_call_CPPFLAGS = \
	$(internals_cppflags)
tests_transmission_polling_what_is_buffered_wakes_every_drive_call_LDADD = \
	$(internal)
tests_transmission_reads_hostile_chunks_cost_little_LDADD = $(internal)
tests_transmission_reads_hostile_chunks_cost_little_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=memset
tests_transmission_replies_buffers_move_before_they_grow_CPPFLAGS = \
	$(internals_cppflags)
tests_transmission_replies_buffers_move_before_they_grow_LDADD = $(internal)
tests_transmission_replies_replies_of_another_link_are_nobodys_CPPFLAGS = \
	$(internals_cppflags)
tests_transmission_replies_replies_of_another_link_are_nobodys_LDADD = \
	$(internal)

if HAVE_GNUTLS
test_programs += \
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
tests_transmission_threads_requests_leave_while_another_thread_sleeps_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/threads/requests-leave-while-another-thread-sleeps.c
tests_transmission_threads_threads_mix_everything_on_one_handle_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/threads/threads-mix-everything-on-one-handle.c
tests_transmission_threads_threads_wait_for_room_of_their_own_over_tls_SOURCES = \
	tests/lib/tls/handles-over-tls.c \
	tests/transmission/threads/threads-wait-for-room-of-their-own.c
endif
