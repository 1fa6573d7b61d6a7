# SPDX-License-Identifier: MIT
# Coverage of the machine and of the library's lines, the machine as a model,
# and what takes too long for every `make check`.

lib_libcore_la_CPPFLAGS += $(CHECKS_CPPFLAGS)
if STATE_COVERAGE
lib_libcore_la_SOURCES += \
	tests/coverage/cover.c \
	tests/coverage/cover.h
lib_libcore_la_CPPFLAGS += -include $(srcdir)/tests/coverage/cover.h
lib_libcore_la_CFLAGS += $(COVERAGE_CFLAGS)
lib_libcore_la_LIBADD += $(COVERAGE_LIBS)
endif

# Tests of what is rare.
coverage_programs = \
	tests/coverage/notify-write-on-a-broken-connection-ends-it \
	tests/coverage/tcp-sockets-do-not-delay
if HAVE_GNUTLS
coverage_programs += \
	tests/coverage/tls-goodbye-waits-for-room
tests_coverage_tls_goodbye_waits_for_room_LDADD = \
	tests/lib/libtest.a lib/libcore.la $(GNUTLS_LIBS)
tests_coverage_tls_goodbye_waits_for_room_LDFLAGS = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=send
endif
check_PROGRAMS += $(coverage_programs)

coverage_scripts = \
	tests/coverage/every-call-is-logged-and-explained.py \
	tests/coverage/model-finds-what-is-broken \
	tests/coverage/obligations-name-their-tests

TESTS += $(coverage_programs) $(coverage_scripts)

EXTRA_DIST += \
	$(coverage_scripts) \
	tests/coverage/check-model \
	tests/coverage/cover.c \
	tests/coverage/cover.h \
	tests/coverage/coverage-report \
	tests/coverage/lines.py \
	tests/coverage/model.py \
	tests/coverage/transitions.py \
	tests/coverage/uncovered.txt \
	tests/obligations.txt

# All transcripts with each byte changed to each other value, and the
# programs of CHECK_LONG, to which other directories add.
check-long: all
	CHECK_LONG=1 $(MAKE) check TEST_TIMEOUT=7200 \
	  TESTS="$(transcripts) $(CHECK_LONG)"
.PHONY: check-long

# Every state, every declared transition, every state that can fail, and the
# lines.  This takes a build of its own, which is made below coverage/ unless
# this is one; the tests of the bindings and tools would only take time.
COVERED_STATES = $(abs_top_builddir)/coverage.states
COVERING_TESTS = $(filter-out $(NOT_COVERING),$(filter tests/%,$(TESTS)))
NOT_COVERING = tests/bench/% tests/generator/% tests/soak/% tests/threads/%
if STATE_COVERAGE
check-coverage: all
	rm -f $(COVERED_STATES) lib/.libs/*.gcda
	result=0; \
	STATE_COVERAGE=$(COVERED_STATES) $(MAKE) -k check \
	  TESTS="$(COVERING_TESTS)" || result=1; \
	$(PYTHON) -B $(srcdir)/tests/coverage/coverage-report "$(GCOV)" \
	  $(COVERED_STATES) lib/.libs || result=1; \
	exit $$result
else
check-coverage:
	rm -rf coverage
	$(MAKE) distdir distdir=coverage
	chmod -R u+w coverage
	cd coverage && ./configure --enable-state-coverage \
	  --disable-golang --disable-ocaml --disable-rust \
	  PYTHON="$(PYTHON)" CC="$(CC)" CFLAGS="-g -O0"
	cd coverage && $(MAKE) && $(MAKE) check-coverage
endif
.PHONY: check-coverage

CLEAN_TARGETS += clean-coverage
clean-coverage:
	-rm -rf coverage

# The model of the machine, searched by spin where that is installed.
model:
	SPIN="$(SPIN)" CC="$(CC)" $(PYTHON) -B \
	  $(srcdir)/tests/coverage/check-model causeway.pml || test $$? -eq 77
.PHONY: model

CLEANFILES += \
	causeway.pml \
	coverage.states
