# SPDX-License-Identifier: MIT

# Everything is in libcore, with which tests of what is not exported link;
# libnbd is that with a version script.
lib_LTLIBRARIES += lib/libnbd.la
noinst_LTLIBRARIES += lib/libcore.la

lib_libcore_la_SOURCES = \
	lib/api/api.c \
	lib/api/api.h \
	lib/api/block-status.c \
	lib/api/call.c \
	lib/api/commands.c \
	lib/api/completed.c \
	lib/api/connect.c \
	lib/api/disconnect.c \
	lib/api/export.c \
	lib/api/handle.c \
	lib/api/library.h \
	lib/api/negotiate.c \
	lib/api/poll.c \
	lib/api/settings.c \
	lib/api/staying.c \
	lib/api/subprocess.c \
	lib/api/tls-settings.c \
	lib/api/uri-options.c \
	lib/api/uri-scheme.c \
	lib/api/uri.h \
	lib/api/whereto.c \
	lib/base/base.h \
	lib/base/bytes.c \
	lib/base/clock.c \
	lib/base/debug.c \
	lib/base/defaults.c \
	lib/base/errors.c \
	lib/base/parameters.c \
	lib/base/parameters.h \
	lib/base/protocol.h \
	lib/base/requests.h \
	lib/base/settings.h \
	lib/base/strings.c \
	lib/base/text.c \
	lib/base/thread.c \
	lib/base/waiter.c \
	lib/base/wire.c \
	lib/base/wire.h \
	lib/drive/begin.c \
	lib/drive/cancel.c \
	lib/drive/descriptor.c \
	lib/drive/direction.c \
	lib/drive/drive.c \
	lib/drive/drive.h \
	lib/drive/fatal.c \
	lib/drive/interrupt.c \
	lib/drive/issue.c \
	lib/drive/links.c \
	lib/drive/phase.c \
	lib/drive/publish.c \
	lib/drive/result.c \
	lib/drive/round.c \
	lib/drive/seat.c \
	lib/drive/serve.c \
	lib/drive/sleep.c \
	lib/drive/timers.c \
	lib/drive/wait.c \
	lib/drive/wake.c \
	lib/link/io.c \
	lib/link/link.c \
	lib/link/link.h \
	lib/link/states.c \
	lib/link/states.h \
	lib/machine/end.c \
	lib/machine/join.c \
	lib/machine/leave.c \
	lib/machine/lost.c \
	lib/machine/machine.h \
	lib/machine/option-rules.c \
	lib/machine/options.c \
	lib/machine/outage.c \
	lib/machine/promise.c \
	lib/machine/run.c \
	lib/machine/send.c \
	lib/machine/settle.c \
	lib/machine/work.c \
	lib/public.h \
	lib/reach/address.c \
	lib/reach/child.c \
	lib/reach/keepalive.c \
	lib/reach/lookup.c \
	lib/reach/peer.c \
	lib/reach/reach.h \
	lib/reach/server.c \
	lib/reach/spawn.c \
	lib/session/commands.c \
	lib/session/copies.c \
	lib/session/event.c \
	lib/session/export.c \
	lib/session/extents.c \
	lib/session/failure.c \
	lib/session/finish.h \
	lib/session/ghosts.c \
	lib/session/journal.c \
	lib/session/pace.c \
	lib/session/ranges.c \
	lib/session/lane.h \
	lib/session/promise.h \
	lib/session/read.c \
	lib/session/session.h \
	lib/session/treap.c \
	lib/session/unsettled.h \
	lib/transport/socket.c \
	lib/transport/tls-user.c \
	lib/transport/transport.h

# Variants of one interface: with a library, or saying that it is missing.
if HAVE_LIBXML2
lib_libcore_la_SOURCES += \
	lib/api/uri-get.c \
	lib/api/uri-parse.c \
	lib/api/uri-query.c \
	lib/api/uri-split.c \
	lib/api/uri.c
else
lib_libcore_la_SOURCES += \
	lib/api/uri-none.c
endif

if HAVE_GNUTLS
lib_libcore_la_SOURCES += \
	lib/transport/tls-credentials.c \
	lib/transport/tls-credentials.h \
	lib/transport/tls-errors.c \
	lib/transport/tls-session.h \
	lib/transport/tls.c
else
lib_libcore_la_SOURCES += \
	lib/transport/tls-none.c
endif

# Before everything else each file sees config.h and the public header.
lib_libcore_la_CPPFLAGS = \
	$(AM_CPPFLAGS) \
	-DSYSCONFDIR='"$(sysconfdir)"' \
	-I$(srcdir)/lib \
	-include $(srcdir)/lib/public.h
lib_libcore_la_CFLAGS = $(AM_CFLAGS) $(LIBXML2_CFLAGS) $(GNUTLS_CFLAGS) \
	-fvisibility=hidden
lib_libcore_la_LIBADD = $(LIBXML2_LIBS) $(GNUTLS_LIBS)

lib_libnbd_la_SOURCES =
lib_libnbd_la_LIBADD = lib/libcore.la
# Programs keep pointers into the library, so it is never unmapped.
lib_libnbd_la_LDFLAGS = \
	-version-info 0:0:0 \
	-Wl,-z,nodelete \
	-Wl,--version-script=$(srcdir)/lib/libnbd.syms
EXTRA_lib_libnbd_la_DEPENDENCIES = lib/libnbd.syms

EXTRA_DIST += lib/libnbd.syms lib/released-interface.txt
