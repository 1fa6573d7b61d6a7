# SPDX-License-Identifier: MIT
# Partitions that take new room.  Disks are read by programs that everybody uses.
grow_tests = \
	convert/tests/grow/grown-disks-keep-all-but-the-places.py \
	convert/tests/grow/what-cannot-grow-is-named.sh
TESTS += $(grow_tests)
EXTRA_DIST += $(grow_tests)

# With CHECK_LONG=1 in its environment it draws a thousand disks.
CHECK_LONG += convert/tests/grow/grown-disks-keep-all-but-the-places.py
