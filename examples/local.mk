# SPDX-License-Identifier: MIT

noinst_PROGRAMS += \
	examples/block-status-map \
	examples/edit-qcow2 \
	examples/fetch-with-poll \
	examples/list-exports \
	examples/read-first-block \
	examples/structured-read \
	examples/survive-restarts \
	examples/threads

if HAVE_GLIB
noinst_PROGRAMS += examples/glib-main-loop
examples_glib_main_loop_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS)
examples_glib_main_loop_LDADD = $(LDADD) $(GLIB_LIBS)
endif

if HAVE_LIBEV
noinst_PROGRAMS += examples/libev-loop
examples_libev_loop_LDADD = $(LDADD) $(LIBEV_LIBS)
endif

if HAVE_LIBEVENT
noinst_PROGRAMS += examples/libevent-loop
examples_libevent_loop_CFLAGS = $(AM_CFLAGS) $(LIBEVENT_CFLAGS)
examples_libevent_loop_LDADD = $(LDADD) $(LIBEVENT_LIBS)
endif

if HAVE_LIBUV
noinst_PROGRAMS += examples/libuv-loop
examples_libuv_loop_CFLAGS = $(AM_CFLAGS) $(LIBUV_CFLAGS)
examples_libuv_loop_LDADD = $(LDADD) $(LIBUV_LIBS)
endif

EXTRA_DIST += \
	examples/async_copy.py \
	examples/asyncio_reads.py \
	examples/incremental_backup.py \
	examples/read_qcow2.py \
	examples/survive_restarts.py
