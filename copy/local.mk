# SPDX-License-Identifier: MIT

bin_PROGRAMS += copy/nbdcopy
dist_man_MANS += copy/nbdcopy.1

copy_nbdcopy_SOURCES = \
	copy/bad.c \
	copy/bad.h \
	copy/chunk.c \
	copy/copy.h \
	copy/digest.c \
	copy/done.c \
	copy/extents.c \
	copy/file-zero.c \
	copy/file.c \
	copy/file.h \
	copy/io.c \
	copy/journal.c \
	copy/main.c \
	copy/nbd-connect.c \
	copy/nbd-io.c \
	copy/nbd-zero.c \
	copy/nbd.c \
	copy/nbd.h \
	copy/open.c \
	copy/options.c \
	copy/options.h \
	copy/progress.c \
	copy/ranges.c \
	copy/rate.c \
	copy/run.c \
	copy/scan.c \
	copy/select.c \
	copy/status.c \
	copy/stream.c \
	copy/tune.c \
	copy/verify.c \
	copy/work.c \
	copy/worker.c
copy_nbdcopy_CPPFLAGS = $(tool_cppflags)
copy_nbdcopy_CFLAGS = $(AM_CFLAGS)
copy_nbdcopy_LDADD = $(tool_libs)
copy_nbdcopy_LDFLAGS =

# The block hash is made by GnuTLS.
if HAVE_GNUTLS
copy_nbdcopy_SOURCES += copy/blkhash.c
copy_nbdcopy_CFLAGS += $(GNUTLS_CFLAGS)
copy_nbdcopy_LDADD += $(GNUTLS_LIBS)
else
copy_nbdcopy_SOURCES += copy/blkhash-none.c
endif

# Tests.  Those that draw lots take a few in make check, and in
# make check-long as many as they were asked for.
copy_tests = \
	copy/tests/a-gap-in-the-map-is-read-and-the-rest-is-not.py \
	copy/tests/any-source-copies-to-any-destination.sh \
	copy/tests/bitmaps-choose-what-changed.sh \
	copy/tests/block-devices-are-copied.sh \
	copy/tests/block-hashes-are-the-known-ones.sh \
	copy/tests/blocks-larger-than-requests-keep-all-their-parts.sh \
	copy/tests/connections-that-are-never-served-are-done-without.sh \
	copy/tests/copies-go-through-tls.sh \
	copy/tests/dying-servers-fail-the-copy.sh \
	copy/tests/failing-block-status-falls-back-to-copying.sh \
	copy/tests/failing-writes-name-the-offset.sh \
	copy/tests/failures-say-whose-they-are-and-why.py \
	copy/tests/full-file-systems-fail-the-copy.sh \
	copy/tests/holes-stay-holes.sh \
	copy/tests/hostile-servers-fail-the-copy.py \
	copy/tests/interrupted-copies-say-how-far-they-came.sh \
	copy/tests/interruption-ends-every-wait.sh \
	copy/tests/large-holes-need-few-queries.sh \
	copy/tests/lengths-end-streams.sh \
	copy/tests/lost-connections-are-opened-again.sh \
	copy/tests/maps-may-come-from-standard-input.sh \
	copy/tests/memory-is-bounded-by-the-queue-size.sh \
	copy/tests/mistakes-are-refused-before-anything-is-written.sh \
	copy/tests/odd-tails-reach-servers-that-want-blocks.sh \
	copy/tests/offsets-and-lengths-choose-a-part.sh \
	copy/tests/options-are-those-of-libnbd.sh \
	copy/tests/one-living-connection-is-enough-after-copying.sh \
	copy/tests/output-never-becomes-data.sh \
	copy/tests/progress-fits-into-any-terminal.py \
	copy/tests/progress-has-three-forms.sh \
	copy/tests/qcow2-chains-and-snapshots-survive.sh \
	copy/tests/random-disks-are-equal.sh \
	copy/tests/read-errors-are-never-taken-for-data.sh \
	copy/tests/refused-connections-are-done-without.sh \
	copy/tests/refused-zeroes-are-made-in-another-way.py \
	copy/tests/resume-does-not-trust-what-was-not-flushed.sh \
	copy/tests/resume-goes-on-from-what-is-durable.sh \
	copy/tests/resume-refuses-what-changed.sh \
	copy/tests/resumed-copies-are-identical.sh \
	copy/tests/servers-may-come-late.sh \
	copy/tests/shrinking-sources-fail-the-copy.sh \
	copy/tests/silent-servers-are-given-up-and-tried-again.py \
	copy/tests/sparse-random-disks-arrive-whole.sh \
	copy/tests/streams-are-passed-on-as-they-come.py \
	copy/tests/the-rate-is-limited-and-changed-by-signals.sh \
	copy/tests/unreadable-blocks-are-left-out-and-listed.py \
	copy/tests/verification-finds-what-is-not-stored.sh \
	copy/tests/zeroes-replace-old-content.sh \
	copy/tests/zeroes-take-the-fast-way.sh

check_PROGRAMS += copy/tests/scan-and-digest-give-known-answers
copy_tests_scan_and_digest_give_known_answers_SOURCES = \
	copy/digest.c \
	copy/ranges.c \
	copy/scan.c \
	copy/tests/scan-and-digest-give-known-answers.c
copy_tests_scan_and_digest_give_known_answers_CPPFLAGS = \
	$(tool_cppflags) \
	-I$(srcdir)/copy
copy_tests_scan_and_digest_give_known_answers_LDADD = $(tool_libs)

TESTS += \
	$(copy_tests) \
	copy/tests/scan-and-digest-give-known-answers

EXTRA_DIST += \
	$(copy_tests) \
	bench/copy \
	copy/tests/functions.sh \
	copy/tests/killing-proxy.py

# After the one that fetches a server.  (Automake would take the name itself
# for a rule that replaces its own.)
log_of_large_holes = copy/tests/large-holes-need-few-queries.sh.log
$(log_of_large_holes): \
	tests/interop/qemu/qemu-nbd-of-backports-speaks-extended-headers.sh.log

# make check-long runs these with CHECK_LONG=1 in their environment.
CHECK_LONG += \
	copy/tests/random-disks-are-equal.sh \
	copy/tests/resumed-copies-are-identical.sh
