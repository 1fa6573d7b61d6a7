# SPDX-License-Identifier: MIT
# The handbook is written in Markdown.  Its commands are run as tests, and HTML is
# made from it.

# A page that needs a virtual machine takes longer, and is in CHECK_LONG.
handbook_tests = \
	docs/handbook/c.md \
	docs/handbook/convert-a-cloud-image.md \
	docs/handbook/encrypt-with-tls.md \
	docs/handbook/go.md \
	docs/handbook/grow-a-disk.md \
	docs/handbook/index.md \
	docs/handbook/look-at-a-server.md \
	docs/handbook/make-an-image-smaller.md \
	docs/handbook/mount-an-image.md \
	docs/handbook/move-over-a-slow-link.md \
	docs/handbook/node.md \
	docs/handbook/ocaml.md \
	docs/handbook/python.md \
	docs/handbook/rust.md \
	docs/handbook/scripts.md \
	docs/handbook/shell.md \
	docs/handbook/ssh.md \
	docs/handbook/survive-a-restart.md \
	docs/handbook/when-something-goes-wrong.md \
	docs/handbook/zero-and-discard.md
handbook_long_tests = docs/handbook/back-up-a-virtual-machine.md

TESTS += \
	$(handbook_tests) \
	docs/handbook/html-is-whole.py \
	docs/handbook/pages-that-lie-are-refused.py
CHECK_LONG += $(handbook_long_tests)
MD_LOG_COMPILER = \
	timeout $(TEST_TIMEOUT) ./run $(PYTHON) $(srcdir)/docs/handbook/run-page

handbookdir = $(docdir)/handbook
OWN_DIRECTORIES += $(handbookdir) $(docdir)
dist_handbook_DATA = \
	$(handbook_tests) \
	$(handbook_long_tests) \
	docs/handbook/style.css

EXTRA_DIST += \
	docs/handbook/as-installed \
	docs/handbook/html-is-whole.py \
	docs/handbook/make-html \
	docs/handbook/make-manual \
	docs/handbook/pages-that-lie-are-refused.py \
	docs/handbook/run-page

# `make html` makes these, and so does `make` if cmark-gfm was found.
if HAVE_CMARK_GFM
handbook_html = $(handbook_tests:.md=.html) $(handbook_long_tests:.md=.html)
handbook_DATA = $(handbook_html)
CLEANFILES += $(handbook_html)
$(handbook_html): docs/handbook/index.md docs/handbook/make-html
handbook_whole = $(handbook_html)

# With mandoc, HTML of the manual pages is made, too, and is linked to.
if HAVE_MANDOC
handbook_manual = $(notdir $(dist_man_MANS) $(man_MANS))
handbookmanualdir = $(handbookdir)/manual
ALL_TARGETS += docs/handbook/manual.stamp
INSTALL_TARGETS += install-handbook-manual
UNINSTALL_TARGETS += uninstall-handbook-manual
CLEAN_TARGETS += clean-handbook-manual
handbook_whole += docs/handbook/manual.stamp
docs/handbook/manual.stamp: $(dist_man_MANS) $(man_MANS) docs/handbook/make-manual
	$(AM_V_GEN)rm -rf docs/handbook/manual
	$(AM_V_at)$(PYTHON) $(srcdir)/docs/handbook/make-manual "$(MANDOC)" \
	  docs/handbook/manual $(filter-out %/make-manual,$^)
	$(AM_V_at)touch $@
install-handbook-manual: docs/handbook/manual.stamp
	$(MKDIR_P) "$(DESTDIR)$(handbookmanualdir)"
	$(INSTALL_DATA) docs/handbook/manual/*.html "$(DESTDIR)$(handbookmanualdir)"
uninstall-handbook-manual:
	rm -rf "$(DESTDIR)$(handbookmanualdir)"
clean-handbook-manual:
	rm -rf docs/handbook/manual docs/handbook/manual.stamp
endif

html-local: $(handbook_whole)
docs/handbook/html-is-whole.log: $(handbook_whole)

.md.html:
	$(AM_V_GEN)$(MKDIR_P) docs/handbook
	$(AM_V_at)$(PYTHON) $(srcdir)/docs/handbook/make-html "$(CMARK_GFM)" $< \
	  $(handbook_manual) >$@.new
	$(AM_V_at)mv $@.new $@
endif
