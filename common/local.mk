# SPDX-License-Identifier: MIT
# What the tools share.  A tool links with $(tool_libs) and is compiled with
# $(tool_cppflags).

noinst_LIBRARIES += common/libcommon.a
common_libcommon_a_SOURCES = \
	common/color.c \
	common/connect.c \
	common/endpoint.c \
	common/extents.c \
	common/extents.h \
	common/internal.h \
	common/message.c \
	common/options.c \
	common/progress.c \
	common/signals.c \
	common/size.c \
	common/tool.h
common_libcommon_a_CPPFLAGS = $(AM_CPPFLAGS)

tool_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/common
tool_libs = common/libcommon.a lib/libnbd.la
