# SPDX-License-Identifier: MIT

generator_inputs = \
	$(srcdir)/generator/generate \
	$(srcdir)/generator/states.c \
	$(wildcard $(srcdir)/docs/overview/*) \
	$(wildcard $(srcdir)/docs/snippets/*.[cp]*) \
	$(wildcard $(srcdir)/generator/api/*.py) \
	$(wildcard $(srcdir)/generator/nbdgen/*.py) \
	$(wildcard $(srcdir)/generator/nbdgen/*/*.py) \
	$(wildcard $(srcdir)/generator/nbdgen/*/*/*.py) \
	$(wildcard $(srcdir)/generator/nbdgen/emit/picture/page/*) \
	$(wildcard $(srcdir)/generator/states/*.c) \
	$(wildcard $(srcdir)/generator/states/*/*.c) \
	$(wildcard $(srcdir)/generator/states/*/*/*.c) \
	$(wildcard $(srcdir)/generator/states/*/*/*/*.c) \
	$(srcdir)/tests/coverage/uncovered.txt \
	$(srcdir)/tests/protocol/obligations.txt \
	$(wildcard $(srcdir)/tests/wire/*.txt) \
	$(wildcard $(srcdir)/tests/wire/*/*.txt)

# Generated files are replaced only if they differ, so their times do not say
# when the generator ran last: the stamp does.
BUILT_SOURCES += $(srcdir)/generator/stamp
$(srcdir)/generator/stamp: $(generator_inputs)
	$(AM_V_GEN)$(PYTHON) -B $(srcdir)/generator/generate
	$(AM_V_at)touch $@

EXTRA_DIST += \
	generator/.clang-format \
	generator/api \
	generator/generate \
	generator/nbdgen \
	generator/stamp \
	generator/states \
	generator/states.c \
	generator/states.outline \
	generator/syntax.h
