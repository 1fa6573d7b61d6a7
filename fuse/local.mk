# SPDX-License-Identifier: MIT

if HAVE_FUSE
bin_PROGRAMS += fuse/nbdfuse
tool_pages += fuse/nbdfuse.1
endif
EXTRA_DIST += fuse/nbdfuse.1.in

fuse_nbdfuse_SOURCES = \
	fuse/buffer.c \
	fuse/buffer.h \
	fuse/command.c \
	fuse/command.h \
	fuse/connect.c \
	fuse/device.c \
	fuse/device.h \
	fuse/disk.c \
	fuse/disk.h \
	fuse/exports.c \
	fuse/file/align.c \
	fuse/file/allocate.c \
	fuse/file/blocks.c \
	fuse/file/file.h \
	fuse/file/read.c \
	fuse/file/seek.c \
	fuse/file/status.h \
	fuse/file/walk.c \
	fuse/file/write.c \
	fuse/interrupt.c \
	fuse/interrupt.h \
	fuse/leave.c \
	fuse/leave.h \
	fuse/loop.c \
	fuse/loop.h \
	fuse/main.c \
	fuse/mount.c \
	fuse/mount.h \
	fuse/mountpoint.c \
	fuse/notify.c \
	fuse/notify.h \
	fuse/options.c \
	fuse/options.h \
	fuse/outage.c \
	fuse/outage.h \
	fuse/phase.c \
	fuse/phase.h \
	fuse/pidfile.c \
	fuse/request.c \
	fuse/request.h \
	fuse/server.c \
	fuse/tree.c
fuse_nbdfuse_CPPFLAGS = \
	$(tool_cppflags) \
	-I$(srcdir)/fuse \
	-I$(srcdir)/fuse/file \
	-DFUSE_USE_VERSION=312
fuse_nbdfuse_CFLAGS = $(AM_CFLAGS) $(FUSE_CFLAGS)
# Installed programs must not keep the build tree's run path.
fuse_nbdfuse_LDFLAGS =
fuse_nbdfuse_LDADD = $(tool_libs) $(FUSE_LIBS)

fuse_tests = \
	fuse/tests/data/a-failed-write-is-reported-to-its-writer.sh \
	fuse/tests/data/a-refused-flush-is-told-without-a-range.sh \
	fuse/tests/data/fallocate-trims-and-writes-zeroes.sh \
	fuse/tests/data/fio-verifies-what-it-wrote.sh \
	fuse/tests/data/fsync-flushes-at-the-server.sh \
	fuse/tests/data/hostile-servers-give-errors-and-an-end.py \
	fuse/tests/data/memory-may-be-short.py \
	fuse/tests/data/ranges-that-cp-leaves-out-are-told.sh \
	fuse/tests/data/read-only-means-read-only.sh \
	fuse/tests/data/reads-see-writes-that-the-server-has-not-answered.sh \
	fuse/tests/data/servers-without-zeroing-are-sent-zeroes.sh \
	fuse/tests/data/small-writes-respect-the-block-size.sh \
	fuse/tests/data/writing-past-the-end-gives-enospc.sh \
	fuse/tests/ending/a-dying-server-gives-eio-and-no-dead-mount.sh \
	fuse/tests/ending/counting-blocks-ends-with-the-mount.sh \
	fuse/tests/ending/idle-servers-that-go-are-told.sh \
	fuse/tests/ending/ignored-signals-stay-ignored.sh \
	fuse/tests/ending/servers-that-hang-are-given-up.sh \
	fuse/tests/ending/servers-that-stay-are-killed.sh \
	fuse/tests/ending/signals-to-all-end-the-server-last.sh \
	fuse/tests/ending/signals-unmount-and-then-end-as-usual.sh \
	fuse/tests/files/a-raw-view-of-qcow2-can-be-partitioned.sh \
	fuse/tests/files/compressed-images-on-a-web-server-appear-uncompressed.sh \
	fuse/tests/files/counting-blocks-takes-a-tenth-of-the-time.sh \
	fuse/tests/files/deceptive-export-names-show-what-they-are.sh \
	fuse/tests/files/df-does-not-show-a-full-file-system.sh \
	fuse/tests/files/each-export-needs-a-descriptor.py \
	fuse/tests/files/exports-are-files-in-a-directory.sh \
	fuse/tests/files/failing-block-status-hides-only-its-range.sh \
	fuse/tests/files/holes-and-blocks-come-from-block-status.sh \
	fuse/tests/mounting/a-server-of-one-client-shows-one-export.sh \
	fuse/tests/mounting/every-way-to-name-a-server-works.sh \
	fuse/tests/mounting/example-of-the-manual-page-runs.sh \
	fuse/tests/mounting/mistyped-mount-points-are-refused.sh \
	fuse/tests/mounting/mount-options-of-libfuse-are-accepted.sh \
	fuse/tests/mounting/mount-points-choose-the-name.sh \
	fuse/tests/mounting/pidfiles-and-help-are-as-documented.sh \
	fuse/tests/mounting/requests-use-all-connections.sh \
	fuse/tests/mounting/servers-that-hang-up-on-options-are-mounted.sh \
	fuse/tests/mounting/signals-end-what-is-negotiated.py \
	fuse/tests/mounting/too-few-descriptors-are-told.py \
	fuse/tests/mounting/unserved-connections-are-done-without.sh \
	fuse/tests/mounting/users-can-mount.sh \
	fuse/tests/mounting/vsock-servers-are-reached.sh \
	fuse/tests/mounting/wrong-command-lines-are-refused.sh \
	fuse/tests/outages/ending-does-not-wait-for-servers-that-are-away.sh \
	fuse/tests/outages/files-can-be-looked-at-meanwhile.sh \
	fuse/tests/outages/harmless-signals-interrupt-nothing.py \
	fuse/tests/outages/killed-programs-need-no-server.sh \
	fuse/tests/outages/outages-are-told-once-for-all-exports.sh \
	fuse/tests/outages/patience-ends-with-the-whole-story.sh \
	fuse/tests/outages/readers-and-writers-wait-and-go-on.sh \
	fuse/tests/outages/service-managers-are-told.py \
	fuse/tests/outages/sockets-that-are-given-cannot-come-back.py \
	fuse/tests/outages/started-servers-are-started-again.sh \
	fuse/tests/outages/stopped-servers-are-given-up.sh \
	fuse/tests/outages/strict-fsync-tells-what-may-be-lost.sh \
	fuse/tests/systems/ext4-keeps-its-promises.sh \
	fuse/tests/systems/fio-verifies-over-outages.sh

# Test programs that need no mount.
fuse_programs = fuse/tests/ending/phases-lead-to-the-end
fuse_tests_ending_phases_lead_to_the_end_SOURCES = \
	fuse/phase.c \
	fuse/phase.h \
	fuse/tests/ending/phases-lead-to-the-end.c
fuse_tests_ending_phases_lead_to_the_end_CPPFLAGS = \
	$(tool_cppflags) -I$(srcdir)/fuse

# A file system in memory, with which bench/fuse compares.
bench_memory_fs_SOURCES = bench/memory-fs.c
bench_memory_fs_CFLAGS = $(AM_CFLAGS) $(FUSE_CFLAGS)
bench_memory_fs_LDADD = $(FUSE_LIBS)

# With CHECK_LONG=1 in their environment these kill servers a hundred times.
if HAVE_FUSE
check_PROGRAMS += bench/memory-fs
TESTS += $(fuse_tests)
CHECK_LONG += \
	fuse/tests/systems/ext4-keeps-its-promises.sh \
	fuse/tests/systems/fio-verifies-over-outages.sh
endif
check_PROGRAMS += $(fuse_programs)
TESTS += $(fuse_programs)

# make bench-fuse BENCH_ARGS=--quick
bench-fuse: all
	$(MAKE) bench/memory-fs bench/ram-server
	PYTHONDONTWRITEBYTECODE=1 ./run $(PYTHON) $(srcdir)/bench/fuse \
	  --build . $(BENCH_ARGS)
.PHONY: bench-fuse

EXTRA_DIST += \
	$(fuse_tests) \
	bench/fuse \
	tests/lib/fuse.sh \
	tests/lib/mounting.py \
	tests/lib/mounts/away.sh \
	tests/lib/mounts/ext4_promises.py \
	tests/lib/mounts/seek-data.py \
	tests/lib/mounts/with-nbdfuse.sh
