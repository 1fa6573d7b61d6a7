# SPDX-License-Identifier: MIT
# Fuzzers, see fuzz/README.md.  They have their own objects, from another
# compiler.  `make` does not build them, and in `make check` only one test does.
#
#   make fuzz-smoke     each for FUZZ_SECONDS, 20 unless set, with libFuzzer
#   make fuzz           each for FUZZ_SECONDS, 1800 unless set
#   make fuzz-afl       the same with AFL++
#   make fuzz-msan      uninitialised reads: all inputs under MemorySanitizer

fuzz_wire_harnesses = client handshake outages replies
fuzz_harnesses = codec $(fuzz_wire_harnesses) probe tool
if HAVE_EXT2FS
fuzz_harnesses += unused
endif
if HAVE_LIBXML2
fuzz_harnesses += uri
endif

fuzz_wire_sources = \
	fuzz/calls.c \
	fuzz/clock.c \
	fuzz/engine.c \
	fuzz/friendly.c \
	fuzz/input.c \
	fuzz/lasting.c \
	fuzz/settings.c
fuzz_headers = \
	fuzz/fuzz.h \
	fuzz/hooks.h \
	fuzz/must.h \
	fuzz/target.h \
	fuzz/tool-run.h

# How each variant is built.  MemorySanitizer needs all code to be compiled with
# it, so that variant of the library does not use other libraries.
FUZZ_VARIANT = libfuzzer
fuzz_dir = fuzz/$(FUZZ_VARIANT)
fuzz_cc_libfuzzer = $(FUZZ_CC)
fuzz_cc_afl = AFL_QUIET=1 $(AFL_CC)
fuzz_cc_msan = $(FUZZ_CC)
fuzz_cflags_libfuzzer = -fsanitize=fuzzer-no-link,address,undefined
fuzz_cflags_afl = -fsanitize=address,undefined
fuzz_cflags_msan = -fsanitize=fuzzer-no-link,memory,undefined
fuzz_ldflags_libfuzzer = -fsanitize=fuzzer,address,undefined
fuzz_ldflags_afl = -fsanitize=address,undefined
fuzz_ldflags_msan = -fsanitize=fuzzer,memory,undefined
fuzz_main_afl = fuzz/main.c
fuzz_codec_libs = $(LZMA_LIBS) $(ZSTD_LIBS) $(ZLIB_LIBS) $(BZIP2_LIBS)
fuzz_libs_libfuzzer = $(LIBXML2_LIBS) $(GNUTLS_LIBS)
fuzz_libs_afl = $(LIBXML2_LIBS) $(GNUTLS_LIBS)
fuzz_programs_libfuzzer = $(fuzz_harnesses)
fuzz_programs_afl = $(fuzz_harnesses)
fuzz_programs_msan = $(fuzz_wire_harnesses)

fuzz_foreign = \
	lib/transport/tls.c \
	lib/transport/tls-credentials.c \
	lib/transport/tls-errors.c \
	lib/transport/tls-none.c \
	lib/api/uri.c \
	lib/api/uri-get.c \
	lib/api/uri-none.c \
	lib/api/uri-parse.c \
	lib/api/uri-query.c \
	lib/api/uri-split.c
fuzz_lib_libfuzzer = $(filter %.c,$(lib_libcore_la_SOURCES))
fuzz_lib_afl = $(fuzz_lib_libfuzzer)
fuzz_lib_msan = \
	$(filter-out $(fuzz_foreign),$(fuzz_lib_libfuzzer)) \
	lib/transport/tls-none.c \
	lib/api/uri-none.c

fuzz_objects = \
	$(patsubst %.c,$(fuzz_dir)/%.o,$(fuzz_lib_$(FUZZ_VARIANT)) \
	  fuzz/input.c $(fuzz_main_$(FUZZ_VARIANT)))
fuzz_wire_objects = $(patsubst %.c,$(fuzz_dir)/%.o,$(fuzz_wire_sources))
fuzz_tool_objects = \
	$(patsubst %.c,$(fuzz_dir)/%.o, \
	  $(filter %.c,$(common_libcommon_a_SOURCES)) fuzz/hooks.c)
fuzz_codec_objects = \
	$(patsubst %.c,$(fuzz_dir)/%.o, \
	  $(filter convert/codec/%.c,$(convert_libconvert_a_SOURCES)) \
	  convert/source/input.c copy/engine/digest.c fuzz/alone.c)
# The probe needs no library.
fuzz_probe_objects = \
	$(patsubst %.c,$(fuzz_dir)/%.o, \
	  $(filter-out %/codec.c %/readers.c, \
	    $(filter convert/probe/%.c,$(convert_libconvert_a_SOURCES))) \
	  convert/plan/facts.c fuzz/alone.c fuzz/probe.c $(fuzz_main_$(FUZZ_VARIANT)))
fuzz_unused_objects = \
	$(patsubst %.c,$(fuzz_dir)/%.o, \
	  $(filter-out %/source.c, \
	    $(filter convert/unused/%.c,$(convert_libconvert_a_SOURCES))) \
	  $(addprefix convert/disk/,ext.c fault.c header.c list.c mbr.c \
	    partitions.c table.c) \
	  fuzz/alone.c fuzz/unused.c $(fuzz_main_$(FUZZ_VARIANT)))
fuzz_programs = \
	$(addprefix $(fuzz_dir)/,$(fuzz_programs_$(FUZZ_VARIANT)))

fuzz_compile = $(fuzz_cc_$(FUZZ_VARIANT)) \
	$(fuzz_cflags_$(FUZZ_VARIANT)) -fno-sanitize-recover=all \
	-g -O1 -std=gnu11 -Wall -Wextra \
	$(DEFS) $(DEFAULT_INCLUDES) $(INCLUDES) \
	$(lib_libcore_la_CPPFLAGS) -I$(srcdir)/common -I$(srcdir)/fuzz \
	-I$(srcdir)/copy -I$(srcdir)/convert \
	$(LIBXML2_CFLAGS) $(GNUTLS_CFLAGS) $(fuzz_codec_cflags) $(CPPFLAGS)
fuzz_codec_cflags = \
	$(LZMA_CFLAGS) $(ZSTD_CFLAGS) $(ZLIB_CFLAGS) $(BZIP2_CFLAGS) \
	$(EXT2FS_CFLAGS)
fuzz_depend = \
	config.h \
	$(BUILT_SOURCES) \
	$(fuzz_headers) \
	$(filter %.h,$(lib_libcore_la_SOURCES)) \
	$(filter %.h,$(common_libcommon_a_SOURCES)) \
	$(filter %.h,$(convert_libconvert_a_SOURCES))

$(fuzz_dir)/common/%.o: common/%.c $(fuzz_depend)
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(fuzz_compile) -include $(srcdir)/fuzz/hooks.h -c $< -o $@
$(fuzz_dir)/%.o: %.c $(fuzz_depend)
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(fuzz_compile) -c $< -o $@

fuzz_link = $(AM_V_CCLD)$(fuzz_cc_$(FUZZ_VARIANT)) \
	$(fuzz_ldflags_$(FUZZ_VARIANT)) $(fuzz_wrap) -o $@ $^ \
	$(fuzz_more_libs) $(fuzz_libs_$(FUZZ_VARIANT)) $(LIBS)
$(fuzz_dir)/client: $(fuzz_dir)/fuzz/client.o
$(fuzz_dir)/handshake: $(fuzz_dir)/fuzz/handshake.o
$(fuzz_dir)/outages: $(fuzz_dir)/fuzz/outages.o
$(fuzz_dir)/replies: $(fuzz_dir)/fuzz/replies.o
$(addprefix $(fuzz_dir)/,$(fuzz_wire_harnesses)): fuzz_wrap = \
	-Wl,--wrap=clock_gettime,--wrap=timerfd_settime
$(addprefix $(fuzz_dir)/,$(fuzz_wire_harnesses)): $(fuzz_wire_objects)
$(addprefix $(fuzz_dir)/,$(fuzz_wire_harnesses)): $(fuzz_objects)
	$(fuzz_link)
$(fuzz_dir)/codec: fuzz_more_libs = $(fuzz_codec_libs)
$(fuzz_dir)/codec: $(fuzz_dir)/fuzz/codec.o $(fuzz_codec_objects) \
    $(fuzz_objects)
	$(fuzz_link)
$(fuzz_dir)/probe: $(fuzz_probe_objects)
	$(fuzz_link)
$(fuzz_dir)/tool: $(fuzz_dir)/fuzz/tool.o $(fuzz_tool_objects) $(fuzz_objects)
	$(fuzz_link)
$(fuzz_dir)/unused: fuzz_more_libs = $(EXT2FS_LIBS)
$(fuzz_dir)/unused: $(fuzz_unused_objects)
	$(fuzz_link)
$(fuzz_dir)/uri: $(fuzz_dir)/fuzz/uri.o $(fuzz_objects)
	$(fuzz_link)

# Transcripts become inputs with the help of the player's parser.
EXTRA_PROGRAMS += fuzz/seeds
fuzz_seeds_SOURCES = \
	fuzz/fuzz.h \
	fuzz/seeds.c \
	tests/lib/player/transcript.c \
	tests/lib/player/transcript.h
fuzz_seeds_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/fuzz -I$(srcdir)/tests/lib/player

$(fuzz_dir)/corpus/stamp: fuzz/seeds fuzz/corpus fuzz/codec-seeds fuzz/dictionary \
    convert/tests/unused/lvm_disk.py \
    fuzz/disks \
    fuzz/images \
    lib/base/protocol.h $(transcripts)
	$(AM_V_GEN)PYTHON=$(PYTHON) $(srcdir)/fuzz/corpus $(srcdir) \
	  fuzz/seeds $(fuzz_dir)/corpus
	$(AM_V_at)touch $@

# Programs and inputs of $(FUZZ_VARIANT).
fuzz-programs: $(fuzz_programs) $(fuzz_dir)/corpus/stamp
if HAVE_FUZZING
fuzz-smoke:
	$(MAKE) fuzz-programs
	$(srcdir)/fuzz/run libfuzzer $(fuzz_dir) $(fuzz_harnesses)
fuzz:
	$(MAKE) fuzz-programs
	FUZZ_SECONDS=$${FUZZ_SECONDS:-1800} \
	  $(srcdir)/fuzz/run libfuzzer $(fuzz_dir) $(fuzz_harnesses)
fuzz-msan:
	$(MAKE) fuzz-programs FUZZ_VARIANT=msan
	$(srcdir)/fuzz/run libfuzzer fuzz/msan $(fuzz_wire_harnesses)
else
fuzz-smoke fuzz fuzz-msan:
	@echo "configure found no clang with libFuzzer"; exit 1
endif
fuzz-afl:
	@test "$(AFL_CC)" != no || { echo "configure found no AFL++"; exit 1; }
	$(MAKE) fuzz-programs FUZZ_VARIANT=afl
	FUZZ_SECONDS=$${FUZZ_SECONDS:-1800} \
	  $(srcdir)/fuzz/run afl fuzz/afl $(fuzz_harnesses)
.PHONY: fuzz fuzz-afl fuzz-msan fuzz-programs fuzz-smoke

# Every harness passes its seeds, all inputs that failed once, and some more.
TESTS += fuzz/tests/harnesses-find-nothing-in-their-seeds.sh

CLEANFILES += fuzz/seeds$(EXEEXT)
CLEAN_TARGETS += clean-fuzz
clean-fuzz:
	rm -rf fuzz/libfuzzer fuzz/afl fuzz/msan

EXTRA_DIST += \
	$(addprefix fuzz/,$(addsuffix .c,codec $(fuzz_wire_harnesses) probe tool unused uri)) \
	$(fuzz_headers) \
	$(fuzz_wire_sources) \
	fuzz/README.md \
	fuzz/alone.c \
	fuzz/codec-seeds \
	fuzz/corpus \
	fuzz/dictionary \
	fuzz/disks \
	fuzz/findings \
	fuzz/hooks.c \
	fuzz/images \
	fuzz/main.c \
	fuzz/run \
	fuzz/tests/harnesses-find-nothing-in-their-seeds.sh
