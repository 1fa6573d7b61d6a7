# SPDX-License-Identifier: MIT

tool_pages += convert/nbdconvert.1
EXTRA_DIST += convert/nbdconvert.1.in
bin_PROGRAMS += convert/nbdconvert
convert_nbdconvert_SOURCES = convert/main.c
convert_nbdconvert_CPPFLAGS = $(convert_cppflags)
convert_nbdconvert_LDADD = $(convert_libs)
convert_nbdconvert_LDFLAGS =

# Everything but main, for the program and its tests.
noinst_LIBRARIES += convert/libconvert.a
convert_libconvert_a_SOURCES = \
	convert/abilities.c \
	convert/abilities.h \
	convert/codec/broken.c \
	convert/codec/codec.c \
	convert/codec/codec.h \
	convert/codec/codecs.h \
	convert/codec/padding.c \
	convert/codec/parts.c \
	convert/codec/peek.c \
	convert/codec/peek.h \
	convert/codec/plain.c \
	convert/codec/plain.h \
	convert/convert.h \
	convert/destination.c \
	convert/destination.h \
	convert/disk/blocks.c \
	convert/disk/blocks.h \
	convert/disk/ext.c \
	convert/disk/ext.h \
	convert/disk/fault.c \
	convert/disk/gpt.c \
	convert/disk/gpt.h \
	convert/disk/header.c \
	convert/disk/list.c \
	convert/disk/mbr.c \
	convert/disk/memory.c \
	convert/disk/memory.h \
	convert/disk/move.c \
	convert/disk/partitions.c \
	convert/disk/qcow2.c \
	convert/disk/qcow2.h \
	convert/disk/shrink.c \
	convert/disk/table.c \
	convert/disk/table.h \
	convert/disks.c \
	convert/disks.h \
	convert/dropping.c \
	convert/facts.h \
	convert/flow.c \
	convert/growing.c \
	convert/grow/apply.c \
	convert/grow/bytes.c \
	convert/grow/change.c \
	convert/grow/file-system.c \
	convert/grow/file-system.h \
	convert/grow/grow.h \
	convert/grow/layout.c \
	convert/grow/layout.h \
	convert/grow/plan.c \
	convert/grow/resize.c \
	convert/grow/swap.c \
	convert/grow/words.c \
	convert/helper/formats.c \
	convert/helper/helper.c \
	convert/helper/helper.h \
	convert/helper/internal.h \
	convert/helper/keep-size.c \
	convert/helper/messages.c \
	convert/helper/mount.c \
	convert/helper/qemu-img.c \
	convert/helper/qemu-img.h \
	convert/helper/serve.c \
	convert/helper/sockets.c \
	convert/helper/sockets.h \
	convert/helper/spawn.c \
	convert/helper/tmpdir.c \
	convert/helper/url.c \
	convert/helper/urls.c \
	convert/helper/words.c \
	convert/helper/words.h \
	convert/image/endpoint.c \
	convert/image/image.c \
	convert/image/image.h \
	convert/image/internal.h \
	convert/image/order.c \
	convert/image/pieces.c \
	convert/image/pool.h \
	convert/image/random.c \
	convert/image/room.c \
	convert/image/serve-options.c \
	convert/image/serve-requests.c \
	convert/image/serve.c \
	convert/image/serve.h \
	convert/image/units.c \
	convert/look.c \
	convert/options.c \
	convert/options.h \
	convert/plan.c \
	convert/plan.h \
	convert/plan/amounts.c \
	convert/plan/amounts.h \
	convert/plan/explain.c \
	convert/plan/facts.c \
	convert/plan/growth.c \
	convert/plan/refusals.c \
	convert/plan/steps.c \
	convert/probe.h \
	convert/probe/archives.c \
	convert/probe/codec.c \
	convert/probe/end.c \
	convert/probe/internal.h \
	convert/probe/known.c \
	convert/probe/look.c \
	convert/probe/old.c \
	convert/probe/others.c \
	convert/probe/probe.c \
	convert/probe/qcow.c \
	convert/probe/readers.c \
	convert/probe/refer.c \
	convert/probe/vhdx.c \
	convert/probe/vmdk.c \
	convert/probe/vpc.c \
	convert/reflink.c \
	convert/reflink.h \
	convert/run.c \
	convert/say.c \
	convert/scratch.c \
	convert/scratch.h \
	convert/source/checksum.h \
	convert/source/file.c \
	convert/source/input.c \
	convert/source/input.h \
	convert/source/internal.h \
	convert/source/nbd.c \
	convert/source/open.c \
	convert/source/source.h \
	convert/source/stream.c \
	convert/table.c \
	convert/threads.c \
	convert/threads.h \
	convert/unused/area.c \
	convert/unused/find.c \
	convert/unused/lvm-group.c \
	convert/unused/lvm-internal.h \
	convert/unused/lvm-label.c \
	convert/unused/lvm-metadata.c \
	convert/unused/lvm-names.c \
	convert/unused/lvm-segment.c \
	convert/unused/lvm-status.c \
	convert/unused/lvm-text.c \
	convert/unused/lvm-text.h \
	convert/unused/lvm.c \
	convert/unused/lvm.h \
	convert/unused/owner.h \
	convert/unused/raid.c \
	convert/unused/ranges.c \
	convert/unused/source.c \
	convert/unused/swap.c \
	convert/unused/unused.h \
	convert/unused/volume.c
convert_cppflags = $(tool_cppflags) -I$(srcdir)/copy -I$(srcdir)/convert
convert_libconvert_a_CPPFLAGS = $(convert_cppflags)
convert_libconvert_a_CFLAGS = $(AM_CFLAGS) \
	$(LZMA_CFLAGS) $(ZSTD_CFLAGS) $(ZLIB_CFLAGS) $(BZIP2_CFLAGS) $(FDISK_CFLAGS) \
	$(EXT2FS_CFLAGS)
convert_libs = convert/libconvert.a $(engine_libs) \
	$(LZMA_LIBS) $(ZSTD_LIBS) $(ZLIB_LIBS) $(BZIP2_LIBS) $(FDISK_LIBS) \
	$(EXT2FS_LIBS)

# GnuTLS computes checksums.
if HAVE_GNUTLS
convert_libconvert_a_SOURCES += convert/source/checksum.c
convert_libconvert_a_CFLAGS += $(GNUTLS_CFLAGS)
else
convert_libconvert_a_SOURCES += convert/source/none/checksum.c
endif

# Each codec, libext2fs and libfdisk are optional.  The files in none/ replace
# what is missing; they print that this build lacks it.
if HAVE_LZMA
convert_libconvert_a_SOURCES += \
	convert/codec/xz-block.c \
	convert/codec/xz-index.c \
	convert/codec/xz.c \
	convert/codec/xz.h
if HAVE_LZMA_THREADS
convert_libconvert_a_SOURCES += convert/codec/xz-threads.c
else
convert_libconvert_a_SOURCES += convert/codec/xz-one-thread.c
endif
else
convert_libconvert_a_SOURCES += convert/codec/none/xz.c
endif
if HAVE_ZSTD
convert_libconvert_a_SOURCES += \
	convert/codec/zstd-frames.c \
	convert/codec/zstd-frames.h \
	convert/codec/zstd-header.c \
	convert/codec/zstd-table.c \
	convert/codec/zstd.c
else
convert_libconvert_a_SOURCES += convert/codec/none/zstd.c
endif
if HAVE_ZLIB
convert_libconvert_a_SOURCES += \
	convert/codec/gzip-members.c \
	convert/codec/gzip-members.h \
	convert/codec/gzip.c
else
convert_libconvert_a_SOURCES += convert/codec/none/gzip.c
endif
if HAVE_BZIP2
convert_libconvert_a_SOURCES += convert/codec/bzip2.c
else
convert_libconvert_a_SOURCES += convert/codec/none/bzip2.c
endif
if HAVE_EXT2FS
convert_libconvert_a_SOURCES += \
	convert/unused/ext-channel.c \
	convert/unused/ext-channel.h \
	convert/unused/ext.c
else
convert_libconvert_a_SOURCES += convert/unused/none/ext.c
endif
if HAVE_FDISK
convert_libconvert_a_SOURCES += convert/disk/libfdisk.c
else
convert_libconvert_a_SOURCES += convert/disk/none/libfdisk.c
endif

# Tests.
convert_tests = \
	convert/tests/convert/advice-fits-what-is-compressed.sh \
	convert/tests/convert/any-name-is-the-name-of-a-file.sh \
	convert/tests/convert/block-devices-hold-qcow2-images.sh \
	convert/tests/convert/broken-downloads-go-on-or-fail.sh \
	convert/tests/convert/complete-results-without-a-name-are-kept.sh \
	convert/tests/convert/destinations-are-replaced-at-the-end.sh \
	convert/tests/convert/destinations-that-lie-or-are-unfit-are-told.sh \
	convert/tests/convert/disks-that-qemu-writes-are-refused.sh \
	convert/tests/convert/every-codec-holds-every-format.sh \
	convert/tests/convert/examples-on-the-manual-page-run.sh \
	convert/tests/convert/exports-of-impossible-size-are-refused.sh \
	convert/tests/convert/failures-leave-nothing-behind.sh \
	convert/tests/convert/fixed-vhds-in-streams-are-told.sh \
	convert/tests/convert/help-fits-a-screen.sh \
	convert/tests/convert/images-are-compressed-as-a-whole.sh \
	convert/tests/convert/images-on-ftp-servers-are-read.sh \
	convert/tests/convert/images-on-standard-input-may-be-files.sh \
	convert/tests/convert/images-on-web-servers-become-larger-qcow2.sh \
	convert/tests/convert/interruption-says-what-there-is.sh \
	convert/tests/convert/killed-helpers-and-signals-leave-nothing.sh \
	convert/tests/convert/names-of-descriptors-lead-to-files.sh \
	convert/tests/convert/options-of-formats-are-obeyed.sh \
	convert/tests/convert/pipes-bring-images-of-every-format.sh \
	convert/tests/convert/programs-see-progress-once.sh \
	convert/tests/convert/resumed-conversions-are-whole.sh \
	convert/tests/convert/servers-of-one-client-are-enough.sh \
	convert/tests/convert/servers-of-sources-may-be-restarted.sh \
	convert/tests/convert/servers-without-ranges-are-read-in-order.sh \
	convert/tests/convert/sizes-that-only-the-image-knows-are-asked-for.sh \
	convert/tests/convert/sources-are-never-written.sh \
	convert/tests/convert/sources-that-change-their-size-are-told.sh \
	convert/tests/convert/sparsified-disks-keep-their-files.sh \
	convert/tests/convert/streams-grow-unless-a-table-would-have-to-follow.sh \
	convert/tests/convert/streams-without-their-end-are-refused.sh \
	convert/tests/convert/templates-that-fit-are-copied-as-they-are.sh \
	convert/tests/convert/what-does-not-look-like-its-format-is-refused.sh \
	convert/tests/convert/what-was-compressed-twice-is-refused.sh \
	convert/tests/disk/backups-follow-the-end.sh \
	convert/tests/disk/blocks-may-be-larger-than-sectors.sh \
	convert/tests/disk/damaged-tables-are-told.sh \
	convert/tests/disk/disks-of-every-format-grow.sh \
	convert/tests/disk/disks-of-servers-and-streams-follow.sh \
	convert/tests/disk/disks-of-unknown-size-are-cut-at-once.sh \
	convert/tests/disk/disks-shrink-where-nothing-is.sh \
	convert/tests/disk/hostile-tables-harm-nobody.py \
	convert/tests/disk/interrupted-moves-leave-a-whole-copy.sh \
	convert/tests/disk/unusual-tables-follow-too.sh
TESTS += $(convert_tests)
EXTRA_DIST += $(convert_tests) tests/lib/convert/convert.sh

include convert/tests/plan/local.mk
include convert/tests/codecs/local.mk
include convert/tests/grow/local.mk
include convert/tests/helpers/local.mk
include convert/tests/image/local.mk
include convert/tests/probe/local.mk
include convert/tests/unused/local.mk

# With CHECK_LONG=1 in the environment this test tries more random inputs.
CHECK_LONG += convert/tests/disk/hostile-tables-harm-nobody.py

# What tests of partition tables call.
check_PROGRAMS += convert/tests/disk/table
convert_tests_disk_table_CPPFLAGS = $(convert_cppflags)
convert_tests_disk_table_LDADD = $(convert_libs)
EXTRA_DIST += \
	tests/lib/convert/disks.sh \
	tests/lib/convert/ext.sh \
	convert/tests/disk/gpt_disk.py
