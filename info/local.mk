# SPDX-License-Identifier: MIT

bin_PROGRAMS += info/nbdinfo
tool_pages += info/nbdinfo.1
EXTRA_DIST += info/nbdinfo.1.in

info_nbdinfo_SOURCES = \
	info/can.c \
	info/content.c \
	info/export.c \
	info/list.c \
	info/main.c \
	info/map.c \
	info/nbdinfo.h \
	info/one.c \
	info/open.c \
	info/show.c
info_nbdinfo_CPPFLAGS = $(tool_cppflags)
# Installed programs must not keep the build tree's run path.
info_nbdinfo_LDFLAGS =
info_nbdinfo_LDADD = $(tool_libs)

info_tests = \
	info/tests/content-is-known-though-sigchld-is-ignored.sh \
	info/tests/content-that-cannot-be-read-is-said.sh \
	info/tests/exports-are-listed-on-one-connection-after-the-other.py \
	info/tests/json-is-valid-whatever-a-server-says.sh \
	info/tests/json-of-real-servers-is-read-by-jq.sh \
	info/tests/map-adds-up-and-describes-types.sh \
	info/tests/map-goes-on-behind-a-failing-block-status.sh \
	info/tests/map-is-streamed-and-can-be-interrupted.sh \
	info/tests/map-needs-structured-replies.sh \
	info/tests/map-of-6-eib-takes-few-requests.sh \
	info/tests/map-of-a-million-extents-takes-little-memory.sh \
	info/tests/maps-outlive-killed-servers.sh \
	info/tests/names-and-descriptions-cannot-deceive.sh \
	info/tests/output-is-as-documented.sh \
	info/tests/output-is-like-the-distributions.sh \
	info/tests/questions-are-answered-by-exit-status.sh \
	info/tests/the-first-error-is-told-with-server-and-export.py \
	info/tests/wrong-command-lines-are-refused.sh
TESTS += $(info_tests)
EXTRA_DIST += \
	$(info_tests) \
	tests/lib/exports.py \
	tests/lib/extended.py
