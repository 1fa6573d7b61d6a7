# SPDX-License-Identifier: MIT
# What the tests of codecs share, see trying.h and mutants.h.
noinst_LIBRARIES += convert/tests/codecs/libtrying.a
convert_tests_codecs_libtrying_a_SOURCES = \
	convert/tests/codecs/lots.c \
	convert/tests/codecs/mutants.c \
	convert/tests/codecs/mutants.h \
	convert/tests/codecs/trying.c \
	convert/tests/codecs/trying.h
convert_tests_codecs_libtrying_a_CPPFLAGS = $(convert_cppflags)
convert_trying_libs = convert/tests/codecs/libtrying.a $(convert_libs)

# The program that the tests in shell run.
check_PROGRAMS += convert/tests/codecs/decode
convert_tests_codecs_decode_CPPFLAGS = $(convert_cppflags)
convert_tests_codecs_decode_LDADD = $(convert_trying_libs)
convert_codec_scripts = \
	convert/tests/codecs/bzip2-is-decoded-whatever-made-it.sh \
	convert/tests/codecs/gzip-is-decoded-whatever-made-it.sh \
	convert/tests/codecs/xz-is-decoded-whatever-made-it.sh \
	convert/tests/codecs/zstd-is-decoded-whatever-made-it.sh
EXTRA_DIST += \
	$(convert_codec_scripts) \
	convert/tests/codecs/codecs.sh

# Tests in C.
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
	convert/tests/codecs/damaged-xz-is-never-taken-for-whole \
	convert/tests/codecs/lies-of-xz-are-named
convert_xz_files = \
	convert/tests/codecs/xz-files.c \
	convert/tests/codecs/xz-files.h
convert_tests_codecs_damaged_xz_is_never_taken_for_whole_SOURCES = \
	convert/tests/codecs/damaged-xz-is-never-taken-for-whole.c \
	$(convert_xz_files)
convert_tests_codecs_damaged_xz_is_never_taken_for_whole_CPPFLAGS = \
	$(convert_cppflags) $(LZMA_CFLAGS)
convert_tests_codecs_damaged_xz_is_never_taken_for_whole_LDADD = \
	$(convert_trying_libs)
convert_tests_codecs_lies_of_xz_are_named_SOURCES = \
	convert/tests/codecs/lies-of-xz-are-named.c \
	$(convert_xz_files)
convert_tests_codecs_lies_of_xz_are_named_CPPFLAGS = \
	$(convert_cppflags) $(LZMA_CFLAGS)
convert_tests_codecs_lies_of_xz_are_named_LDADD = $(convert_trying_libs)
if HAVE_LZMA_THREADS
# The same test, with the code for a liblzma without threads.
convert_codec_tests += \
	convert/tests/codecs/lies-of-xz-are-named-without-threads
convert_tests_codecs_lies_of_xz_are_named_without_threads_SOURCES = \
	convert/codec/xz-one-thread.c \
	convert/tests/codecs/lies-of-xz-are-named.c \
	$(convert_xz_files)
convert_tests_codecs_lies_of_xz_are_named_without_threads_CPPFLAGS = \
	$(convert_cppflags) $(LZMA_CFLAGS)
convert_tests_codecs_lies_of_xz_are_named_without_threads_LDADD = \
	$(convert_trying_libs)
endif
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
	convert/tests/codecs/damaged-zstd-is-never-taken-for-whole \
	convert/tests/codecs/looking-for-frames-far-away-costs-little
convert_tests_codecs_damaged_zstd_is_never_taken_for_whole_CPPFLAGS = \
	$(convert_cppflags) $(ZSTD_CFLAGS)
convert_tests_codecs_damaged_zstd_is_never_taken_for_whole_LDADD = \
	$(convert_trying_libs)
convert_tests_codecs_looking_for_frames_far_away_costs_little_CPPFLAGS = \
	$(convert_cppflags) $(ZSTD_CFLAGS)
convert_tests_codecs_looking_for_frames_far_away_costs_little_LDADD = \
	$(convert_trying_libs)
endif
check_PROGRAMS += $(convert_codec_tests)
TESTS += $(convert_codec_tests) $(convert_codec_scripts)
CHECK_LONG += $(filter convert/tests/codecs/damaged-%,$(convert_codec_tests))
