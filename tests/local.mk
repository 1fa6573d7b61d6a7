# SPDX-License-Identifier: MIT
# Each test is named once, in one of the sorted lists below.  Exit status 77
# skips a test; it says why.

TEST_EXTENSIONS = .py .txt
# A test that hangs fails after so many seconds, and its children end with it.
# Machines that do much else are slow, so it is far more than any test takes.
TEST_TIMEOUT = 900
LOG_COMPILER = timeout $(TEST_TIMEOUT) ./run
PY_LOG_COMPILER = timeout $(TEST_TIMEOUT) ./run $(PYTHON)
TXT_LOG_COMPILER = timeout $(TEST_TIMEOUT) ./run tests/wire/player
# What is freed or was never set must not look like what is expected.
AM_TESTS_ENVIRONMENT = \
	MALLOC_PERTURB_=$${MALLOC_PERTURB_:-$$(($$$$ % 255 + 1))}; \
	export MALLOC_PERTURB_; \
	unset LIBNBD_DEBUG;

# Shared by tests: the scripted server, assertions, main.
noinst_LIBRARIES += tests/lib/libtest.a
tests_lib_libtest_a_SOURCES = \
	tests/lib/failing/fortified-poll.c \
	tests/lib/failing/fortified-recv.c \
	tests/lib/failing/full-socket.c \
	tests/lib/failing/full-socket.h \
	tests/lib/failing/library.c \
	tests/lib/failing/library.h \
	tests/lib/failing/memory.c \
	tests/lib/failing/memory.h \
	tests/lib/failing/wrap.h \
	tests/lib/libtest/bytes.c \
	tests/lib/libtest/bytes.h \
	tests/lib/libtest/check.c \
	tests/lib/libtest/check.h \
	tests/lib/libtest/client.c \
	tests/lib/libtest/client.h \
	tests/lib/libtest/fault.c \
	tests/lib/libtest/fault.h \
	tests/lib/libtest/main.c \
	tests/lib/libtest/names.c \
	tests/lib/libtest/notation.c \
	tests/lib/libtest/notation.h \
	tests/lib/libtest/process.c \
	tests/lib/libtest/process.h \
	tests/lib/libtest/server.c \
	tests/lib/libtest/server.h \
	tests/lib/libtest/syscalls.c \
	tests/lib/libtest/syscalls.h \
	tests/lib/libtest/thread.c \
	tests/lib/libtest/thread.h \
	tests/lib/libtest/uri-examples.c \
	tests/lib/libtest/uri-examples.h \
	tests/lib/libtest/uri-parse.c \
	tests/lib/libtest/uri-parse.h

# Programs with one source file of the same name that are tests.
program_tests = \
	tests/connect/children/child-inherits-no-descriptors \
	tests/connect/children/child-runs-no-handler-of-the-program \
	tests/connect/children/child-search-stops-where-execvp-stops \
	tests/connect/children/child-that-ignores-sigterm-can-be-killed \
	tests/connect/children/closing-reaps-the-child \
	tests/connect/children/failed-activation-kills-no-later-child \
	tests/connect/children/ignored-sigchld-is-no-error \
	tests/connect/children/notifying-does-not-wait-for-the-child \
	tests/connect/connect-socket-takes-a-connected-socket \
	tests/connect/failed-connect-names-the-address \
	tests/connect/failed-vsock-connection-names-cid-and-port \
	tests/connect/given-sockets-become-ours \
	tests/connect/low-descriptors-may-be-closed \
	tests/connect/refused-connect-leaves-the-socket \
	tests/connect/tcp-tries-every-address \
	tests/faults/servers/automatic-handshake-faults \
	tests/faults/servers/block-size-faults \
	tests/faults/servers/block-status-faults \
	tests/faults/servers/export-flag-faults \
	tests/faults/servers/export-info-faults \
	tests/faults/servers/export-name-faults \
	tests/faults/servers/extended-reply-faults \
	tests/faults/servers/greeting-faults \
	tests/faults/servers/list-reply-faults \
	tests/faults/servers/meta-context-faults \
	tests/faults/servers/option-error-faults \
	tests/faults/servers/option-reply-faults \
	tests/faults/servers/simple-reply-faults \
	tests/faults/servers/structured-reply-faults \
	tests/handshake/blocking-options-return-what-the-server-said \
	tests/handshake/bytes-behind-an-option-are-judged-by-the-next \
	tests/handshake/closing-inside-an-option-frees-its-closures \
	tests/handshake/metadata-queries-have-a-limit \
	tests/handshake/new-export-name-forgets-the-details \
	tests/handshake/only-one-option-at-a-time \
	tests/handshake/overlong-strings-are-refused \
	tests/handshake/servers-without-fixed-newstyle-are-left-by-closing \
	tests/handshake/servers-without-fixed-newstyle-know-no-options \
	tests/handshake/settings-are-fixed-while-connected \
	tests/handshake/shutdown-in-option-mode-aborts \
	tests/handshake/state-is-seen-while-a-call-blocks \
	tests/handshake/unanswered-options-are-named \
	tests/handshake/waiting-for-the-greeting-asks-for-read \
	tests/messages/connection-state-is-no-sentence \
	tests/messages/debug-callbacks-are-freed-once \
	tests/messages/messages-say-what-was-going-on \
	tests/transmission/block-status/a-million-extents-are-delivered \
	tests/transmission/block-status/announced-extents-cost-no-memory \
	tests/transmission/block-status/block-status-filter-needs-its-preconditions \
	tests/transmission/block-status/filters-may-repeat-a-context \
	tests/transmission/disconnecting/close-sends-nothing \
	tests/transmission/disconnecting/close-with-commands-outstanding \
	tests/transmission/disconnecting/disconnect-is-sent-by-the-issuing-call \
	tests/transmission/disconnecting/end-of-stream-waits-for-buffered-replies \
	tests/transmission/disconnecting/fatal-errors-name-the-call-and-the-cause \
	tests/transmission/disconnecting/lost-connections-say-that-the-server-closed \
	tests/transmission/disconnecting/server-closing-while-idle-is-no-error \
	tests/transmission/disconnecting/shutdown-abandons-but-not-the-disconnect \
	tests/transmission/disconnecting/shutdown-abandons-what-was-not-sent \
	tests/transmission/disconnecting/shutdown-flags-are-checked \
	tests/transmission/disconnecting/shutdown-sends-what-was-held-back \
	tests/transmission/polling/buffered-replies-are-never-stranded \
	tests/transmission/polling/notify-read-serves-the-queue-too \
	tests/transmission/polling/notify-read-without-data-does-nothing \
	tests/transmission/polling/poll-completes-one-command \
	tests/transmission/polling/poll-for-a-buffered-reply-flushes-nothing \
	tests/transmission/polling/poll-returns-when-told \
	tests/transmission/polling/poll-takes-whole-replies-without-a-system-call \
	tests/transmission/polling/poll-that-waited-for-the-seat-tells-of-progress \
	tests/transmission/polling/poll-timeout-covers-the-wait-for-the-seat \
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
	tests/transmission/replies/callbacks-that-are-only-freed \
	tests/transmission/replies/callbacks-use-and-close-other-handles \
	tests/transmission/replies/commands-are-retired-once \
	tests/transmission/replies/completion-results-are-obeyed \
	tests/transmission/replies/cut-inside-a-reply-is-fatal \
	tests/transmission/replies/early-replies-complete-in-drive-calls \
	tests/transmission/replies/failed-commands-name-the-cause \
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
	tests/transmission/threads/threads-wait-for-room-of-their-own \
	tests/uri/debug-output-hides-secrets \
	tests/uri/get-uri-leads-to-the-same-server \
	tests/uri/get-uri-says-all-settings \
	tests/uri/hosts-beside-a-socket-are-logged \
	tests/uri/is-uri-looks-at-the-scheme-only \
	tests/uri/refused-uris-change-nothing \
	tests/uri/some-connections-have-no-uri \
	tests/uri/unix-sockets-with-odd-names-are-reached \
	tests/uri/unknown-parameters-are-logged

check_PROGRAMS += $(program_tests)

# For programs that look at functions which the library does not export, or
# that put themselves between the library and what it calls.
internal = tests/lib/libtest.a lib/libcore.la

internals_cppflags = $(AM_CPPFLAGS) -include $(srcdir)/lib/public.h

tests_transmission_polling_what_is_buffered_wakes_every_drive_call_CPPFLAGS = \
	$(internals_cppflags)
tests_transmission_polling_what_is_buffered_wakes_every_drive_call_LDADD = \
	$(internal)

# For those that wrap poll or recv, with what fortified headers call instead,
# which only the library after the archive may ask for.
poll_ldflags = -Wl,--wrap=poll,--wrap=__poll_chk,-u,__wrap___poll_chk
recv_ldflags = -Wl,--wrap=recv,--wrap=__recv_chk,-u,__wrap___recv_chk

# For those that let memory be short, see tests/lib/failing/memory.h.
memory_ldflags = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=__asprintf_chk \
	-Wl,--wrap=__getdelim \
	-Wl,--wrap=__vasprintf_chk \
	-Wl,--wrap=asprintf \
	-Wl,--wrap=calloc \
	-Wl,--wrap=fclose \
	-Wl,--wrap=free \
	-Wl,--wrap=getline \
	-Wl,--wrap=malloc \
	-Wl,--wrap=open_memstream \
	-Wl,--wrap=realloc \
	-Wl,--wrap=strdup \
	-Wl,--wrap=strndup \
	-Wl,--wrap=vasprintf

tests_connect_children_child_runs_no_handler_of_the_program_LDADD = $(internal)
tests_connect_children_child_runs_no_handler_of_the_program_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=fork
tests_connect_children_child_search_stops_where_execvp_stops_LDADD = $(internal)
tests_connect_children_child_search_stops_where_execvp_stops_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=execve
tests_connect_children_failed_activation_kills_no_later_child_LDADD = $(internal)
tests_connect_children_failed_activation_kills_no_later_child_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=fork,--wrap=kill
tests_transmission_reads_hostile_chunks_cost_little_LDADD = $(internal)
tests_transmission_reads_hostile_chunks_cost_little_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=memset

if HAVE_LIBXML2
internal_tests = \
	tests/uri/examples-are-parsed-as-documented \
	tests/uri/hostile-uris-are-refused \
	tests/uri/names-have-limits \
	tests/uri/opt-ins-allow-parameters \
	tests/uri/policy-refuses-transports-and-tls \
	tests/uri/short-memory-is-no-syntax-error

check_PROGRAMS += $(internal_tests)
tests_uri_examples_are_parsed_as_documented_LDADD = $(internal)
tests_uri_hostile_uris_are_refused_LDADD = $(internal)
tests_uri_names_have_limits_LDADD = $(internal)
tests_uri_opt_ins_allow_parameters_LDADD = $(internal)
tests_uri_policy_refuses_transports_and_tls_LDADD = $(internal)
tests_uri_short_memory_is_no_syntax_error_CPPFLAGS = $(AM_CPPFLAGS) \
	$(LIBXML2_CFLAGS)
tests_uri_short_memory_is_no_syntax_error_LDADD = $(internal) $(LIBXML2_LIBS)
tests_uri_short_memory_is_no_syntax_error_LDFLAGS = $(memory_ldflags)
endif

# Programs that tests use.
check_PROGRAMS += \
	tests/lib/client/client \
	tests/wire/player
tests_lib_client_client_SOURCES = \
	tests/lib/client/client-command.c \
	tests/lib/client/client-connect.c \
	tests/lib/client/client-query.c \
	tests/lib/client/client.c \
	tests/lib/client/client.h
tests_wire_player_SOURCES = \
	tests/lib/player/actions.c \
	tests/lib/player/expect.c \
	tests/lib/player/main.c \
	tests/lib/player/options.c \
	tests/lib/player/play.c \
	tests/lib/player/play.h \
	tests/lib/player/record.c \
	tests/lib/player/transcript.c \
	tests/lib/player/transcript.h

script_tests = \
	tests/connect/children/activated-server-gets-its-environment.sh \
	tests/connect/children/child-finds-its-program-in-the-path.sh \
	tests/connect/children/child-that-cannot-run-is-named.sh \
	tests/connect/children/child-that-ends-early-says-how.sh \
	tests/connect/connect-tcp-speaks-ipv4-and-ipv6.sh \
	tests/connect/connect-unix-takes-long-and-abstract-names.sh \
	tests/connect/connect-vsock-reaches-the-loopback.sh \
	tests/examples/async-copy-copies-all-of-an-export.sh \
	tests/examples/async-copy-stops-when-a-write-is-refused.sh \
	tests/examples/block-status-map-agrees-with-qemu-img.sh \
	tests/examples/edit-qcow2-changes-the-image.sh \
	tests/examples/edit-qcow2-explains-what-is-wrong.sh \
	tests/examples/fetch-with-poll-fetches-all-of-an-export.sh \
	tests/examples/glib-main-loop-prints-the-checksum.sh \
	tests/examples/libev-loop-keeps-its-deadline.sh \
	tests/examples/list-exports-shows-names-sizes-and-descriptions.sh \
	tests/examples/read-first-block-copies-the-first-block.sh \
	tests/examples/read-qcow2-shows-size-bytes-and-map.sh \
	tests/examples/structured-read-shows-holes-and-data.sh \
	tests/examples/threads-fetches-all-of-an-export.sh \
	tests/generator/api-records \
	tests/generator/bad-records-are-refused \
	tests/generator/documented-programs-compile \
	tests/generator/golden-machine \
	tests/generator/group-files-are-c \
	tests/generator/manual-pages \
	tests/generator/outline-is-current \
	tests/generator/own-calls-have-a-node-of-their-own \
	tests/generator/prose-names-are-checked \
	tests/generator/rules-are-enforced \
	tests/interop/drop-in/fio-runs-with-our-library.sh \
	tests/interop/drop-in/nbdcopy-runs-with-our-library.sh \
	tests/interop/drop-in/nbdfuse-runs-with-our-library.sh \
	tests/interop/drop-in/nbdinfo-runs-with-our-library.sh \
	tests/interop/drop-in/nbdkit-connects-with-our-library.sh \
	tests/interop/drop-in/python-module-runs-with-our-library.sh \
	tests/interop/nbd-server-keeps-what-was-written.sh \
	tests/interop/nbdkit/nbdkit-block-size-policy-is-kept.sh \
	tests/interop/nbdkit/nbdkit-data-serves-its-bytes.sh \
	tests/interop/nbdkit/nbdkit-delayed-replies-arrive.sh \
	tests/interop/nbdkit/nbdkit-errors-arrive-as-errno.sh \
	tests/interop/nbdkit/nbdkit-exportname-filter-renames-exports.sh \
	tests/interop/nbdkit/nbdkit-maps-what-is-allocated.sh \
	tests/interop/nbdkit/nbdkit-memory-keeps-what-was-written.sh \
	tests/interop/nbdkit/nbdkit-newstyle-server-without-options-works.sh \
	tests/interop/nbdkit/nbdkit-oldstyle-server-works.sh \
	tests/interop/nbdkit/nbdkit-pattern-answers-big-requests.sh \
	tests/interop/nbdkit/nbdkit-read-only-export-refuses-writes.sh \
	tests/interop/nbdkit/nbdkit-replies-come-in-any-order.sh \
	tests/interop/nbdkit/nbdkit-requests-past-the-end-fail.sh \
	tests/interop/nbdkit/nbdkit-run-passes-a-uri.sh \
	tests/interop/nbdkit/nbdkit-sees-each-command-and-its-flags.sh \
	tests/interop/nbdkit/nbdkit-serves-many-exports.sh \
	tests/interop/nbdkit/nbdkit-shares-a-disk-between-connections.sh \
	tests/interop/nbdkit/nbdkit-sparse-random-arrives-whole.sh \
	tests/interop/nbdkit/nbdkit-trim-and-zero-clear-the-data.sh \
	tests/interop/qemu/qemu-nbd-edits-a-qcow2-image.sh \
	tests/interop/qemu/qemu-nbd-maps-data-and-holes.sh \
	tests/interop/qemu/qemu-nbd-names-and-describes-its-export.sh \
	tests/interop/qemu/qemu-nbd-read-only-export-refuses-writes.sh \
	tests/interop/qemu/qemu-nbd-sends-holes-as-holes.sh \
	tests/interop/qemu/qemu-nbd-shows-a-dirty-bitmap.sh \
	tests/interop/qemu/qemu-nbd-shows-the-depth-of-a-backing-chain.sh \
	tests/interop/qemu/qemu-storage-daemon-serves-two-exports.sh \
	tests/layers/files-use-only-what-is-below.py \
	tests/layers/wrong-uses-are-named.py \
	tests/uri/ssh-gets-safe-arguments.sh \
	tests/uri/ssh-reaches-a-server-through-sshd.sh

include tests/faults/local.mk
include tests/servers/local.mk
include tests/tls/local.mk
include tests/wire/transcripts.mk

TESTS += $(program_tests) $(internal_tests) $(script_tests) $(transcripts)

EXTRA_DIST += \
	$(script_tests) \
	$(transcripts) \
	tests/generator/golden \
	tests/generator/libnbd-functions.txt \
	tests/generator/rules \
	tests/lib/functions.sh \
	tests/lib/inetd.py \
	tests/lib/listen.py \
	tests/lib/nbd_server.py \
	tests/valgrind.supp \
	tests/wire/README.md

# A signal that comes between fork and exec may be lost under valgrind, and
# then a child that is to end does not.
NOT_UNDER_VALGRIND = \
	tests/connect/children/child-runs-no-handler-of-the-program \
	tests/faults/system/system-calls-may-fail

check-valgrind: all
	LIBNBD_VALGRIND=1 $(MAKE) check TEST_TIMEOUT=1200 \
	  TESTS="$(filter-out $(NOT_UNDER_VALGRIND),$(program_tests) \
	  $(internal_tests) $(tls_program_tests) $(tls_again) \
	  $(fault_programs) $(tables_over_tls) $(transcripts))"
.PHONY: check-valgrind
