# SPDX-License-Identifier: MIT
# The coverage of the machine and of the library's lines, and check-long: the
# tests that take too long for every `make check`.

lib_libcore_la_CPPFLAGS += $(CHECKS_CPPFLAGS)
if STATE_COVERAGE
lib_libcore_la_SOURCES += \
	tests/coverage/cover.c \
	tests/coverage/cover.h
lib_libcore_la_CPPFLAGS += -include $(srcdir)/tests/coverage/cover.h
lib_libcore_la_CFLAGS += $(COVERAGE_CFLAGS) -DCOVER_LINES
lib_libcore_la_LIBADD += $(COVERAGE_LIBS)
endif

EXTRA_DIST += \
	tests/coverage/cover.c \
	tests/coverage/cover.h \
	tests/coverage/coverage-report \
	tests/coverage/lines.py \
	tests/coverage/transitions.py \
	tests/coverage/uncovered.txt

# Plays all transcripts with each byte changed to each other value, and runs
# the programs in CHECK_LONG, to which other directories add.
check-long: all
	CHECK_LONG=1 $(MAKE) check TEST_TIMEOUT=7200 \
	  TESTS="$(transcripts) $(CHECK_LONG)"
.PHONY: check-long

# Measures the coverage of every state, every declared transition, every state
# that can fail, and the lines.  This needs a build of its own, which has only
# the library and what its tests need.  It is made below coverage/, unless this
# build is already one with --enable-state-coverage.
COVERED_STATES = $(abs_top_builddir)/coverage.states
COVERING_TESTS = $(filter-out $(NOT_COVERING),$(filter tests/%,$(TESTS)))
NOT_COVERING = tests/bench/% tests/examples/% tests/generator/% \
	tests/interop/drop-in/% tests/interop/outages/% \
	tests/layers/% tests/packages/% tests/picture/% tests/soak/% \
	tests/threads/%
PROGRAMS_COVERING = $(filter-out $(NOT_COVERING),\
	$(filter tests/%,$(check_PROGRAMS)))
if STATE_COVERAGE
check-coverage: $(BUILT_SOURCES)
	$(MAKE) $(lib_LTLIBRARIES) run $(PROGRAMS_COVERING)
	rm -f $(COVERED_STATES) lib/*/.libs/*.gcda
	result=0; \
	STATE_COVERAGE=$(COVERED_STATES) $(MAKE) -k check-TESTS \
	  TESTS="$(COVERING_TESTS)" check_LIBRARIES= \
	  check_PROGRAMS="$(PROGRAMS_COVERING)" || result=1; \
	$(PYTHON) -B $(srcdir)/tests/coverage/coverage-report "$(GCOV)" \
	  $(COVERED_STATES) lib || result=1; \
	exit $$result
else
check-coverage:
	rm -rf coverage
	$(MAKE) distdir distdir=coverage
	chmod -R u+w coverage
	cd coverage && ./configure --enable-state-coverage \
	  --disable-golang --disable-node --disable-ocaml --disable-rust \
	  --disable-python \
	  --disable-fuse PYTHON="$(PYTHON)" CC="$(CC)" CFLAGS="-g -O0"
	cd coverage && $(MAKE) check-coverage
endif
.PHONY: check-coverage

CLEAN_TARGETS += clean-coverage
clean-coverage:
	-rm -rf coverage

CLEANFILES += coverage.states
