# SPDX-License-Identifier: MIT
# Packages for distributions.

test_scripts += \
	tests/packages/lists-have-all-that-is-installed.py \
	tests/packages/releases-have-all-files.py \
	tests/packages/rpm-spec-is-accepted.sh \
	tests/packages/uninstall-leaves-nothing-behind.sh

# This builds packages, and private roots in which they are tried.
packages_long = tests/packages/debian-packages-upgrade-the-distributions.sh
CHECK_LONG += $(packages_long)
EXTRA_DIST += $(packages_long) tests/packages/makefile.py
