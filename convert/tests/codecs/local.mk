# SPDX-License-Identifier: MIT
# What tests of codecs share, see trying.h and mutants.h.
noinst_LIBRARIES += convert/tests/codecs/libtrying.a
convert_tests_codecs_libtrying_a_SOURCES = \
	convert/tests/codecs/lots.c \
	convert/tests/codecs/mutants.c \
	convert/tests/codecs/mutants.h \
	convert/tests/codecs/trying.c \
	convert/tests/codecs/trying.h
convert_tests_codecs_libtrying_a_CPPFLAGS = $(convert_cppflags)
convert_trying_libs = convert/tests/codecs/libtrying.a $(convert_libs)

# Each is a program of one file.
convert_codec_tests =
if HAVE_BZIP2
convert_codec_tests += \
	convert/tests/codecs/damaged-bzip2-is-never-taken-for-whole
convert_tests_codecs_damaged_bzip2_is_never_taken_for_whole_CPPFLAGS = \
	$(convert_cppflags) $(BZIP2_CFLAGS)
convert_tests_codecs_damaged_bzip2_is_never_taken_for_whole_LDADD = \
	$(convert_trying_libs)
endif
if HAVE_LZMA
convert_codec_tests += \
	convert/tests/codecs/damaged-xz-is-never-taken-for-whole
convert_tests_codecs_damaged_xz_is_never_taken_for_whole_CPPFLAGS = \
	$(convert_cppflags) $(LZMA_CFLAGS)
convert_tests_codecs_damaged_xz_is_never_taken_for_whole_LDADD = \
	$(convert_trying_libs)
endif
if HAVE_ZLIB
convert_codec_tests += \
	convert/tests/codecs/damaged-gzip-is-never-taken-for-whole
convert_tests_codecs_damaged_gzip_is_never_taken_for_whole_CPPFLAGS = \
	$(convert_cppflags) $(ZLIB_CFLAGS)
convert_tests_codecs_damaged_gzip_is_never_taken_for_whole_LDADD = \
	$(convert_trying_libs)
endif
if HAVE_ZSTD
convert_codec_tests += \
	convert/tests/codecs/damaged-zstd-is-never-taken-for-whole
convert_tests_codecs_damaged_zstd_is_never_taken_for_whole_CPPFLAGS = \
	$(convert_cppflags) $(ZSTD_CFLAGS)
convert_tests_codecs_damaged_zstd_is_never_taken_for_whole_LDADD = \
	$(convert_trying_libs)
endif
check_PROGRAMS += $(convert_codec_tests)
TESTS += $(convert_codec_tests)
CHECK_LONG += $(filter convert/tests/codecs/damaged-%,$(convert_codec_tests))
