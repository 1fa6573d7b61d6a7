# SPDX-License-Identifier: MIT
# Packages for distributions.

test_scripts += \
	tests/packages/lists-have-all-that-is-installed.py \
	tests/packages/rpm-spec-is-accepted.sh

# Builds packages, and private roots to try them in.
packages_long = tests/packages/debian-packages-upgrade-the-distributions.sh
CHECK_LONG += $(packages_long)
EXTRA_DIST += $(packages_long)
