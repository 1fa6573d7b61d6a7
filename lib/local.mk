# SPDX-License-Identifier: MIT

# Everything is in libcore, with which tests of what is not exported link;
# libnbd is that with a version script.
lib_LTLIBRARIES += lib/libnbd.la
noinst_LTLIBRARIES += lib/libcore.la

lib_libcore_la_SOURCES = \
	lib/api.c \
	lib/api.h \
	lib/call.c \
	lib/cancel.c \
	lib/commands.c \
	lib/connect.c \
	lib/debug.c \
	lib/defaults.c \
	lib/disconnect.c \
	lib/drive.c \
	lib/errors.c \
	lib/export.c \
	lib/handle.c \
	lib/handle.h \
	lib/inflight.c \
	lib/internal.h \
	lib/io.c \
	lib/negotiate.c \
	lib/option-names.c \
	lib/options.c \
	lib/protocol.h \
	lib/public.h \
	lib/read.c \
	lib/run.c \
	lib/seat.c \
	lib/send.c \
	lib/settings.c \
	lib/settings.h \
	lib/socket.c \
	lib/spawn.c \
	lib/states.h \
	lib/status.c \
	lib/strings.c \
	lib/subprocess.c \
	lib/tls-settings.c \
	lib/tls.h \
	lib/uri-scheme.c \
	lib/uri.h \
	lib/wire.c \
	lib/wire.h

# Variants of one interface: with a library, or saying that it is missing.
if HAVE_LIBXML2
lib_libcore_la_SOURCES += \
	lib/uri-get.c \
	lib/uri-parse.c \
	lib/uri-query.c \
	lib/uri-split.c \
	lib/uri.c
else
lib_libcore_la_SOURCES += \
	lib/uri-none.c
endif

if HAVE_GNUTLS
lib_libcore_la_SOURCES += \
	lib/tls-credentials.c \
	lib/tls-credentials.h \
	lib/tls-errors.c \
	lib/tls-session.h \
	lib/tls.c
else
lib_libcore_la_SOURCES += \
	lib/tls-none.c
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

EXTRA_DIST += lib/libnbd.syms
