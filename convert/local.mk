# SPDX-License-Identifier: MIT

# All but main, for the program and its tests.
noinst_LIBRARIES += convert/libconvert.a
convert_libconvert_a_SOURCES = \
	convert/codec/codec.h \
	convert/codec/codecs.h \
	convert/codec/peek.c \
	convert/codec/peek.h \
	convert/disk/gpt.h \
	convert/facts.c \
	convert/facts.h \
	convert/helper/helper.h \
	convert/image/image.h \
	convert/plan.h \
	convert/probe.h \
	convert/source/input.h
convert_cppflags = $(tool_cppflags) -I$(srcdir)/copy -I$(srcdir)/convert
convert_libconvert_a_CPPFLAGS = $(convert_cppflags)
convert_libconvert_a_CFLAGS = $(AM_CFLAGS) \
	$(LZMA_CFLAGS) $(ZSTD_CFLAGS) $(ZLIB_CFLAGS) $(BZIP2_CFLAGS) $(FDISK_CFLAGS)
convert_libs = convert/libconvert.a $(engine_libs) \
	$(LZMA_LIBS) $(ZSTD_LIBS) $(ZLIB_LIBS) $(BZIP2_LIBS) $(FDISK_LIBS)

# Each codec and libfdisk is there or not.  Where it is not, a message says
# so.

# Tests.
convert_tests =
TESTS += $(convert_tests)
EXTRA_DIST += $(convert_tests)
