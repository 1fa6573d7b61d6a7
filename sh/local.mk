# SPDX-License-Identifier: MIT
# nbdsh runs the Python module of that name in bindings/python.  The build fills
# in the interpreter, and the directories where the modules will be installed.

if HAVE_PYTHON
bin_SCRIPTS += sh/nbdsh
tool_pages += sh/nbdsh.1
endif

sh/nbdsh: sh/nbdsh.in Makefile
	$(AM_V_GEN)$(MKDIR_P) sh && \
	sed -e 's|@PYTHON[@]|$(PYTHON)|' \
	    -e 's|@pythondir[@]|$(pythondir)|' \
	    -e 's|@pyexecdir[@]|$(pyexecdir)|' \
	    $(srcdir)/sh/nbdsh.in >$@.tmp && \
	chmod 0755 $@.tmp && \
	mv $@.tmp $@
CLEANFILES += sh/nbdsh sh/nbdsh.tmp
EXTRA_DIST += sh/nbdsh.1.in sh/nbdsh.in

sh_tests = \
	sh/tests/connections-outlive-forked-processes.sh \
	sh/tests/ctrl-c-ends-calls-that-wait.sh \
	sh/tests/ctrl-c-waits-for-threads-to-start.sh \
	sh/tests/exit-status-is-that-of-the-script.sh \
	sh/tests/mistakes-are-shown-at-the-users-line.sh \
	sh/tests/options-have-effect-in-their-order.sh \
	sh/tests/python3-m-nbd-is-the-same-shell.sh \
	sh/tests/scripts-import-what-is-beside-them.sh \
	sh/tests/servers-are-told-when-the-shell-leaves.py \
	sh/tests/servers-end-with-the-shell.sh \
	sh/tests/signals-during-events-end-the-shell.sh \
	sh/tests/tab-completes-and-lines-are-kept.py \
	sh/tests/users-without-a-home-have-no-history.py
if HAVE_PYTHON
TESTS += $(sh_tests)
endif
EXTRA_DIST += \
	$(sh_tests) \
	sh/tests/terminal.py \
	tests/lib/nbdsh.sh
