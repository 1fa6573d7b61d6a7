# SPDX-License-Identifier: MIT
# Tests of the probe.

convert_probe_tests = \
	convert/tests/probe/archives-are-not-taken-for-disks.sh \
	convert/tests/probe/damaged-headers-are-raw-and-told.sh \
	convert/tests/probe/images-of-every-format-are-known.sh \
	convert/tests/probe/images-without-their-end-are-refused.sh \
	convert/tests/probe/other-files-have-to-be-beside-the-image.sh \
	convert/tests/probe/what-is-accepted-opens-no-other-file.py
TESTS += $(convert_probe_tests)
EXTRA_DIST += $(convert_probe_tests)

# Prints what images are, for the tests in shell.
check_PROGRAMS += convert/tests/probe/probe
convert_tests_probe_probe_CPPFLAGS = $(convert_cppflags)
convert_tests_probe_probe_LDADD = $(convert_libs)

# With CHECK_LONG=1 in the environment this tries more random images.
CHECK_LONG += convert/tests/probe/what-is-accepted-opens-no-other-file.py
