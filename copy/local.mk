# SPDX-License-Identifier: MIT

bin_PROGRAMS += copy/nbdcopy
tool_pages += copy/nbdcopy.1
EXTRA_DIST += copy/nbdcopy.1.in

copy_nbdcopy_SOURCES = \
	copy/main.c \
	copy/nbdcopy.h \
	copy/open.c \
	copy/options.c \
	copy/options.h \
	copy/select.c
copy_nbdcopy_CPPFLAGS = $(tool_cppflags) -I$(srcdir)/copy
copy_nbdcopy_LDADD = $(engine_libs)
copy_nbdcopy_LDFLAGS =

# The engine that copies.  A tool that uses it is compiled with $(tool_cppflags)
# -I$(srcdir)/copy, includes "engine/engine.h", which explains it, and links
# with $(engine_libs).
noinst_LIBRARIES += copy/engine/libengine.a
copy_engine_libengine_a_SOURCES = \
	copy/engine/bad.c \
	copy/engine/bad.h \
	copy/engine/chunk.c \
	copy/engine/copy.h \
	copy/engine/digest.c \
	copy/engine/done.c \
	copy/engine/done.h \
	copy/engine/endpoint.h \
	copy/engine/endpoints/file-zero.c \
	copy/engine/endpoints/file.c \
	copy/engine/endpoints/file.h \
	copy/engine/endpoints/nbd-await.c \
	copy/engine/endpoints/nbd-connect.c \
	copy/engine/endpoints/nbd-io.c \
	copy/engine/endpoints/nbd-zero.c \
	copy/engine/endpoints/nbd.c \
	copy/engine/endpoints/nbd.h \
	copy/engine/endpoints/standard.c \
	copy/engine/endpoints/stream.c \
	copy/engine/engine.c \
	copy/engine/engine.h \
	copy/engine/events.c \
	copy/engine/extent.c \
	copy/engine/extent.h \
	copy/engine/io.c \
	copy/engine/journal.c \
	copy/engine/progress.c \
	copy/engine/progress.h \
	copy/engine/ranges.c \
	copy/engine/ranges.h \
	copy/engine/rate.c \
	copy/engine/rate.h \
	copy/engine/run.c \
	copy/engine/scan.c \
	copy/engine/scan.h \
	copy/engine/status.c \
	copy/engine/tune.c \
	copy/engine/verify.c \
	copy/engine/verify.h \
	copy/engine/work.c \
	copy/engine/work.h \
	copy/engine/worker.c \
	copy/engine/worker.h
copy_engine_libengine_a_CPPFLAGS = $(tool_cppflags) -I$(srcdir)/copy
copy_engine_libengine_a_CFLAGS = $(AM_CFLAGS)
engine_libs = copy/engine/libengine.a $(tool_libs)

# The block hash needs GnuTLS.
if HAVE_GNUTLS
copy_engine_libengine_a_SOURCES += copy/engine/blkhash.c
copy_engine_libengine_a_CFLAGS += $(GNUTLS_CFLAGS)
engine_libs += $(GNUTLS_LIBS)
else
copy_engine_libengine_a_SOURCES += copy/engine/blkhash-none.c
endif

# Tests.  Those with random cases run few of them in make check, and more in
# make check-long.
copy_tests = \
	copy/tests/connections/connections-that-are-never-served-are-done-without.sh \
	copy/tests/connections/copies-go-through-tls.sh \
	copy/tests/connections/lost-connections-are-opened-again.sh \
	copy/tests/connections/one-living-connection-is-enough-after-copying.sh \
	copy/tests/connections/refused-connections-are-done-without.sh \
	copy/tests/connections/servers-may-come-late.sh \
	copy/tests/connections/silent-servers-are-given-up-and-tried-again.py \
	copy/tests/data/any-source-copies-to-any-destination.sh \
	copy/tests/data/block-devices-are-copied.sh \
	copy/tests/data/block-hashes-are-the-known-ones.sh \
	copy/tests/data/blocks-larger-than-requests-keep-all-their-parts.sh \
	copy/tests/data/copies-work-without-uris.py \
	copy/tests/data/files-go-on-behind-the-copy.sh \
	copy/tests/data/lengths-end-streams.sh \
	copy/tests/data/memory-is-bounded-by-the-queue-size.sh \
	copy/tests/data/odd-tails-reach-servers-that-want-blocks.sh \
	copy/tests/data/offsets-and-lengths-choose-a-part.sh \
	copy/tests/data/qcow2-chains-and-snapshots-survive.sh \
	copy/tests/data/random-disks-are-equal.sh \
	copy/tests/data/streams-are-passed-on-as-they-come.py \
	copy/tests/data/verification-finds-what-is-not-stored.sh \
	copy/tests/failures/dying-servers-fail-the-copy.sh \
	copy/tests/failures/failing-writes-name-the-offset.sh \
	copy/tests/failures/failures-say-whose-they-are-and-why.py \
	copy/tests/failures/full-file-systems-fail-the-copy.sh \
	copy/tests/failures/hostile-servers-fail-the-copy.py \
	copy/tests/failures/read-errors-are-never-taken-for-data.sh \
	copy/tests/failures/shrinking-sources-fail-the-copy.sh \
	copy/tests/failures/unreadable-blocks-are-left-out-and-listed.py \
	copy/tests/holes/a-gap-in-the-map-is-read-and-the-rest-is-not.py \
	copy/tests/holes/bitmaps-choose-what-changed.sh \
	copy/tests/holes/failing-block-status-falls-back-to-copying.sh \
	copy/tests/holes/holes-stay-holes.sh \
	copy/tests/holes/large-holes-need-few-queries.sh \
	copy/tests/holes/maps-may-come-from-standard-input.sh \
	copy/tests/holes/refused-zeroes-are-made-in-another-way.py \
	copy/tests/holes/sparse-random-disks-arrive-whole.sh \
	copy/tests/holes/zeroes-replace-old-content.sh \
	copy/tests/holes/zeroes-take-the-fast-way.sh \
	copy/tests/options/block-hashes-need-a-file-from-the-beginning.sh \
	copy/tests/options/mistakes-are-refused-before-anything-is-written.sh \
	copy/tests/options/options-are-those-of-libnbd.sh \
	copy/tests/options/output-never-becomes-data.sh \
	copy/tests/options/progress-fits-into-any-terminal.py \
	copy/tests/options/progress-has-three-forms.sh \
	copy/tests/options/temporary-files-are-where-tmpdir-says.sh \
	copy/tests/options/the-rate-is-limited-and-changed-by-signals.sh \
	copy/tests/outages/copies-survive-both-being-killed.sh \
	copy/tests/outages/copies-survive-killed-destinations.sh \
	copy/tests/outages/copies-survive-killed-sources.sh \
	copy/tests/outages/destinations-that-come-back-as-less-end-the-copy.sh \
	copy/tests/outages/networks-may-be-cut.sh \
	copy/tests/outages/progress-is-right-after-outages.py \
	copy/tests/outages/signals-end-outages.sh \
	copy/tests/outages/stopped-servers-are-left-and-found-again.sh \
	copy/tests/resume/interrupted-copies-say-how-far-they-came.sh \
	copy/tests/resume/interruption-ends-block-hashes.sh \
	copy/tests/resume/interruption-ends-every-wait.sh \
	copy/tests/resume/journals-need-descriptors.sh \
	copy/tests/resume/resume-does-not-trust-what-was-not-flushed.sh \
	copy/tests/resume/resume-goes-on-from-what-is-durable.sh \
	copy/tests/resume/resume-refuses-what-changed.sh \
	copy/tests/resume/resumed-copies-are-identical.sh

check_PROGRAMS += copy/tests/data/scan-and-digest-give-known-answers
copy_tests_data_scan_and_digest_give_known_answers_SOURCES = \
	copy/engine/digest.c \
	copy/engine/ranges.c \
	copy/engine/scan.c \
	copy/tests/data/scan-and-digest-give-known-answers.c
copy_tests_data_scan_and_digest_give_known_answers_CPPFLAGS = \
	$(tool_cppflags) \
	-I$(srcdir)/copy
copy_tests_data_scan_and_digest_give_known_answers_LDADD = $(tool_libs)

check_PROGRAMS += copy/tests/engine/tools-copy-between-endpoints-of-their-own
copy_tests_engine_tools_copy_between_endpoints_of_their_own_CPPFLAGS = \
	$(tool_cppflags) \
	-I$(srcdir)/copy
copy_tests_engine_tools_copy_between_endpoints_of_their_own_LDADD = \
	$(engine_libs) \
	tests/lib/libtest.a

TESTS += \
	$(copy_tests) \
	copy/tests/data/scan-and-digest-give-known-answers \
	copy/tests/engine/tools-copy-between-endpoints-of-their-own

EXTRA_DIST += \
	$(copy_tests) \
	bench/copy \
	copy/tests/outages/surviving.sh \
	tests/lib/copy.sh \
	tests/lib/killing-proxy.py

# This test runs after the one that downloads a server.  (The name is in a
# variable, since Automake would take a rule for the name itself as a
# replacement for its own rule.)
log_of_large_holes = copy/tests/holes/large-holes-need-few-queries.sh.log
$(log_of_large_holes): \
	tests/interop/qemu/qemu-nbd-of-backports-speaks-extended-headers.sh.log

# make check-long runs these with CHECK_LONG=1 in their environment.
CHECK_LONG += \
	copy/tests/data/random-disks-are-equal.sh \
	copy/tests/outages/copies-survive-both-being-killed.sh \
	copy/tests/outages/copies-survive-killed-destinations.sh \
	copy/tests/outages/copies-survive-killed-sources.sh \
	copy/tests/resume/resumed-copies-are-identical.sh
