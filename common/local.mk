# SPDX-License-Identifier: MIT
# What the tools share.  A tool links with $(tool_libs) and is compiled with
# $(tool_cppflags).

noinst_LIBRARIES += common/libcommon.a
common_libcommon_a_SOURCES = \
	common/bar.c \
	common/clock.c \
	common/color.c \
	common/connect.c \
	common/end.c \
	common/endpoint.c \
	common/export.c \
	common/extents.c \
	common/extents.h \
	common/goodbye.c \
	common/handles.c \
	common/hangup.c \
	common/internal.h \
	common/map.c \
	common/message.c \
	common/negotiate.c \
	common/options.c \
	common/outputs.c \
	common/pool.c \
	common/pool.h \
	common/progress.c \
	common/scratch.c \
	common/signals.c \
	common/size.c \
	common/staying.c \
	common/stdout.c \
	common/text.c \
	common/tool.h \
	common/usage.c \
	common/waiting.c \
	common/walk.c
common_libcommon_a_CPPFLAGS = $(AM_CPPFLAGS)

tool_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/common
tool_libs = common/libcommon.a lib/libnbd.la

# In the manual pages of tools a line ".so FILE.man" stands for the content of
# that file: text that several pages share, or a part of a long page.  Such a
# file may itself have such lines.
tool_pages =
man_MANS = $(tool_pages)
CLEANFILES += $(tool_pages)
tool_parts = common/signals.man common/staying.man convert/grow/grow.man \
	convert/plan/plan.man \
	convert/unused/unused.man
EXTRA_DIST += $(tool_parts)
$(tool_pages): $(tool_pages:=.in) $(tool_parts)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	awk -v top=$(srcdir) \
	    'function show (file, line) { \
	       while ((getline line <file) > 0) \
	         if (line ~ /^\.so .*\.man$$/) show (top "/" substr (line, 5)); \
	         else print line } \
	     BEGIN { show (ARGV[1]) }' $(srcdir)/$@.in >$@.tmp && \
	mv $@.tmp $@

# bash looks for the completion of a command in a file of its name.
if WANT_COMPLETION
INSTALL_TARGETS += install-completion
UNINSTALL_TARGETS += uninstall-completion
endif
install-completion:
	$(MKDIR_P) "$(DESTDIR)$(bashcompdir)"
	for tool in $(notdir $(bin_PROGRAMS) $(bin_SCRIPTS)); do \
	  $(INSTALL_DATA) $(srcdir)/common/completion.bash \
	    "$(DESTDIR)$(bashcompdir)/$$tool" || exit; \
	done
uninstall-completion:
	cd "$(DESTDIR)$(bashcompdir)" && \
	rm -f $(notdir $(bin_PROGRAMS) $(bin_SCRIPTS))

common_tests = \
	common/tests/closed-standard-descriptors-stay-unused.sh \
	common/tests/completion-knows-options-and-files.sh \
	common/tests/completion-offers-words-after-options.py \
	common/tests/examples-in-help-run.sh \
	common/tests/files-that-get-too-large-are-told.sh \
	common/tests/messages-name-the-blocking-call.sh \
	common/tests/mounts-need-no-standard-descriptors.sh \
	common/tests/options-about-staying-connected-are-checked.sh \
	common/tests/options-agree-everywhere.sh \
	common/tests/outages-need-no-standard-descriptors.py \
	common/tests/people-are-told-of-outages.py \
	common/tests/people-are-told-what-is-waited-for.py \
	common/tests/servers-are-told-when-tools-leave.py \
	common/tests/servers-that-hang-up-on-options-are-reached.py \
	common/tests/servers-that-stop-answering-are-given-up.py \
	common/tests/signals-close-what-was-opened.sh \
	common/tests/signals-end-outages.py \
	common/tests/tools-die-of-the-signal-that-ends-them.py \
	common/tests/tools-wait-for-servers-that-start.py \
	common/tests/words-that-name-no-server-are-explained.sh
common_programs = \
	common/tests/bars-fit-into-the-terminal \
	common/tests/failing-requests-for-block-status-become-short \
	common/tests/sizes-are-read-and-printed \
	common/tests/waiting-for-an-export-ends
TESTS += \
	$(common_tests) \
	$(common_programs)
check_PROGRAMS += $(common_programs)
common_programs_ldadd = \
	common/libcommon.a tests/lib/libtest.a lib/libnbd.la
common_tests_bars_fit_into_the_terminal_CPPFLAGS = $(tool_cppflags)
common_tests_bars_fit_into_the_terminal_LDADD = $(common_programs_ldadd)
common_tests_failing_requests_for_block_status_become_short_CPPFLAGS = \
	$(tool_cppflags)
common_tests_failing_requests_for_block_status_become_short_LDADD = \
	$(common_programs_ldadd)
common_tests_sizes_are_read_and_printed_CPPFLAGS = $(tool_cppflags)
common_tests_sizes_are_read_and_printed_LDADD = $(common_programs_ldadd)
common_tests_waiting_for_an_export_ends_CPPFLAGS = $(tool_cppflags)
common_tests_waiting_for_an_export_ends_LDADD = $(common_programs_ldadd)
common_tests_waiting_for_an_export_ends_LDFLAGS = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=nbd_aio_is_negotiating,--wrap=tool_now_ms,--wrap=tool_opt_info

EXTRA_DIST += \
	$(common_tests) \
	common/completion.bash \
	tests/lib/ending.py \
	tests/lib/tools.sh
