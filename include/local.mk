# SPDX-License-Identifier: MIT

include_HEADERS += \
	include/libnbd-ev.h \
	include/libnbd-event.h \
	include/libnbd-glib.h \
	include/libnbd-loop.h \
	include/libnbd-uv.h \
	include/libnbd.h
