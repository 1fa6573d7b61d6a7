# SPDX-License-Identifier: MIT
# Tests of helpers: programs that work for nbdconvert.

convert_helpers_tests = \
	convert/tests/helpers/failing-helpers-say-why.sh \
	convert/tests/helpers/helpers-never-outlive-us.sh \
	convert/tests/helpers/helpers-that-end-are-not-waited-for.sh \
	convert/tests/helpers/names-of-files-are-only-names.sh \
	convert/tests/helpers/secrets-of-urls-stay-secret.sh \
	convert/tests/helpers/urls-are-read-by-ranges.sh \
	convert/tests/helpers/urls-of-ssh-are-read.sh
TESTS += $(convert_helpers_tests)
EXTRA_DIST += $(convert_helpers_tests) \
	tests/lib/convert/helpers.sh \
	tests/lib/convert/sshd.sh \
	tests/lib/convert/ftp.py \
	tests/lib/convert/web.py

# Starts helpers for the tests in shell.
check_PROGRAMS += convert/tests/helpers/helpers
convert_tests_helpers_helpers_CPPFLAGS = $(convert_cppflags)
convert_tests_helpers_helpers_LDADD = $(convert_libs)
