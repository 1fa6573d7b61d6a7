# SPDX-License-Identifier: MIT

include docs/pages.mk
include docs/handbook/local.mk
include docs/snippets/local.mk
dist_man_MANS += $(generated_pages) \
	docs/loops/libnbd-loops.3 \
	docs/reconnect/libnbd-reconnect.3 \
	docs/security/libnbd-security.3

EXTRA_DIST += \
	docs/ARCHITECTURE.md \
	docs/machine.svg \
	docs/overview \
	docs/systems.md

dist_html_DATA = docs/machine.html
