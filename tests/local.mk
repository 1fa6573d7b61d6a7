# SPDX-License-Identifier: MIT
# Each test is named once, in a sorted list of its directory's local.mk or of
# this file; transcripts are registered by being there.  Exit status 77 skips a
# test; it says why.

TEST_EXTENSIONS = .md .py .txt
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

# Programs, which have one source file of the same name unless it is said, and
# scripts.
test_programs =
test_scripts = \
	tests/examples/async-copy-copies-all-of-an-export.sh \
	tests/examples/async-copy-outlives-its-servers.sh \
	tests/examples/async-copy-stops-when-a-write-is-refused.sh \
	tests/examples/asyncio-reads-outlives-its-server.sh \
	tests/examples/block-status-map-agrees-with-qemu-img.sh \
	tests/examples/edit-qcow2-changes-the-image.sh \
	tests/examples/edit-qcow2-explains-what-is-wrong.sh \
	tests/examples/examples-of-pages-work.sh \
	tests/examples/fetch-with-poll-fetches-all-of-an-export.sh \
	tests/examples/fetch-with-poll-outlives-its-server.sh \
	tests/examples/glib-main-loop-outlives-its-server.sh \
	tests/examples/glib-main-loop-prints-the-checksum.sh \
	tests/examples/glib-main-loop-sleeps-while-it-waits.sh \
	tests/examples/incremental-backup-restores-what-was-there.sh \
	tests/examples/libev-loop-keeps-its-deadline.sh \
	tests/examples/libev-loop-outlives-its-server.sh \
	tests/examples/libevent-loop-goes-on-after-an-outage.sh \
	tests/examples/libuv-loop-compares-exports.sh \
	tests/examples/list-exports-shows-names-sizes-and-descriptions.sh \
	tests/examples/read-first-block-copies-the-first-block.sh \
	tests/examples/read-qcow2-shows-size-bytes-and-map.sh \
	tests/examples/structured-read-shows-holes-and-data.sh \
	tests/examples/survive-restarts-loses-nothing.sh \
	tests/examples/threads-fetches-all-of-an-export.sh \
	tests/generator/api-records \
	tests/generator/bad-records-are-refused \
	tests/generator/bad-requests-are-refused \
	tests/generator/documented-programs-compile \
	tests/generator/examples-are-asked-for \
	tests/generator/facts-are-said-once \
	tests/generator/golden-machine \
	tests/generator/group-files-are-c \
	tests/generator/languages-are-not-told-of-c \
	tests/generator/manual-pages \
	tests/generator/outline-is-current \
	tests/generator/own-calls-have-a-node-of-their-own \
	tests/generator/prose-names-are-checked \
	tests/generator/rules-are-enforced \
	tests/generator/settings-that-are-numbers-are-checked \
	tests/layers/files-use-only-what-is-below.py \
	tests/layers/wrong-uses-are-named.py \
	tests/model/each-rule-of-outages-is-needed \
	tests/model/model-finds-what-is-broken \
	tests/protocol/matrix-is-complete \
	tests/protocol/obligations-name-their-tests \
	tests/tree/catalogue-names-directories-and-helpers.py \
	tests/tree/crowded-directories-are-refused.py \
	tests/tree/pkg-config-tells-where-everything-is.sh \
	tests/tree/programs-are-built-against-the-build-tree.sh \
	tests/tree/promises-name-their-tests.sh \
	tests/tree/published-vulnerabilities-are-found-by-number.sh \
	tests/tree/release-check-refuses-what-is-not-ready.py \
	tests/tree/the-header-needs-no-other.sh

include tests/lib/local.mk
include tests/connect/local.mk
include tests/coverage/local.mk
include tests/faults/local.mk
include tests/handshake/local.mk
include tests/interop/local.mk
include tests/loops/local.mk
include tests/messages/local.mk
include tests/model/local.mk
include tests/outages/local.mk
include tests/outages/descriptor/local.mk
include tests/outages/unsettled/local.mk
include tests/picture/local.mk
include tests/packages/local.mk
include tests/soak/local.mk
include tests/threads/local.mk
include tests/tls/local.mk
include tests/transmission/local.mk
include tests/uri/local.mk
include tests/wire/transcripts.mk

check_PROGRAMS += $(test_programs)
TESTS += $(test_programs) $(test_scripts) $(transcripts)

# Builds a copy of the tree.
CHECK_LONG += tests/generator/recipes-work

EXTRA_DIST += \
	$(test_scripts) \
	$(transcripts) \
	tests/README.md \
	tests/generator/golden \
	tests/generator/libnbd-functions.txt \
	tests/generator/recipes-work \
	tests/generator/rules \
	tests/protocol/README.md \
	tests/protocol/matrix.txt \
	tests/protocol/obligations.txt \
	tests/valgrind.supp \
	tests/wire/README.md

# A signal that comes between fork and exec may be lost under valgrind, and
# then a child that is to end does not.  What a forked copy has of threads that
# it lacks, as the last of these has, valgrind calls a leak.  It does not let
# poll(2) see the limit of descriptors, so the second one would wait for ever.
NOT_UNDER_VALGRIND = \
	tests/connect/children/child-runs-no-handler-of-the-program \
	tests/faults/system/options-that-cannot-be-awaited-end-the-connection \
	tests/faults/system/system-calls-may-fail \
	tests/messages/successful-calls-log-their-result \
	tests/transmission/polling/descriptors-live-as-long-as-they-are-watched

# What is written in C, of all directories, and the transcripts: all that can be
# run where there is no more than a C compiler, and where programs are emulated.
check-units: all
	$(MAKE) check \
	  TESTS="$(filter $(check_PROGRAMS) $(transcripts),$(TESTS))"
.PHONY: check-units

check-valgrind: all
	LIBNBD_VALGRIND=1 $(MAKE) check TEST_TIMEOUT=1200 \
	  TESTS="$(filter-out $(NOT_UNDER_VALGRIND),$(test_programs) \
	  $(transcripts))"
.PHONY: check-valgrind
