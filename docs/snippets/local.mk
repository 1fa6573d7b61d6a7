# SPDX-License-Identifier: MIT
# The examples of manual pages and docstrings are programs that a test runs.

check_PROGRAMS += docs/snippets/run
docs_snippets_run_SOURCES = \
	docs/snippets/blockstatus.c \
	docs/snippets/commands.c \
	docs/snippets/connect.c \
	docs/snippets/debug.c \
	docs/snippets/events.c \
	docs/snippets/handle.c \
	docs/snippets/library.c \
	docs/snippets/links.c \
	docs/snippets/metacontext.c \
	docs/snippets/negotiate.c \
	docs/snippets/query.c \
	docs/snippets/run.c \
	docs/snippets/settings.c \
	docs/snippets/snippet.h \
	docs/snippets/staying.c \
	docs/snippets/tls.c \
	docs/snippets/uri.c
docs_snippets_run_LDADD = lib/libnbd.la

EXTRA_DIST += \
	docs/snippets/.clang-format \
	docs/snippets/__init__.py \
	docs/snippets/__main__.py \
	docs/snippets/blockstatus.py \
	docs/snippets/commands.py \
	docs/snippets/connect.py \
	docs/snippets/debug.py \
	docs/snippets/events.py \
	docs/snippets/handle.py \
	docs/snippets/library.py \
	docs/snippets/links.py \
	docs/snippets/metacontext.py \
	docs/snippets/negotiate.py \
	docs/snippets/query.py \
	docs/snippets/settings.py \
	docs/snippets/staying.py \
	docs/snippets/tls.py \
	docs/snippets/uri.py
