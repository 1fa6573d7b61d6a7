# SPDX-License-Identifier: MIT
# The examples of manual pages and docstrings, as programs that a test runs.

check_PROGRAMS += docs/snippets/run
docs_snippets_run_SOURCES = \
	docs/snippets/commands.c \
	docs/snippets/run.c \
	docs/snippets/snippet.h
docs_snippets_run_LDADD = lib/libnbd.la

snippets_py = \
	docs/snippets/__init__.py \
	docs/snippets/__main__.py \
	docs/snippets/commands.py

EXTRA_DIST += $(snippets_py)
