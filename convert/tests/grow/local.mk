# SPDX-License-Identifier: MIT
# Partitions and file systems that grow.  Common programs check the results.

# The program that the tests run.
check_PROGRAMS += convert/tests/grow/file-system
convert_tests_grow_file_system_CPPFLAGS = $(convert_cppflags)
convert_tests_grow_file_system_LDADD = $(convert_libs)

grow_tests = \
	convert/tests/grow/disks-of-every-kind-grow.sh \
	convert/tests/grow/disks-of-servers-grow.sh \
	convert/tests/grow/ext-grows-in-files-of-any-name.sh \
	convert/tests/grow/ext-grows-on-servers.sh \
	convert/tests/grow/file-systems-fill-grown-partitions.sh \
	convert/tests/grow/file-systems-grow-from-and-to-anywhere.sh \
	convert/tests/grow/grown-disks-keep-all-but-the-places.py \
	convert/tests/grow/other-file-systems-are-named.sh \
	convert/tests/grow/partitions-that-cannot-grow-leave-nothing.sh \
	convert/tests/grow/plans-tell-what-grows.sh \
	convert/tests/grow/unusual-tables-grow-too.sh \
	convert/tests/grow/what-cannot-grow-is-named.sh \
	convert/tests/grow/what-is-behind-file-systems-stays.sh \
	convert/tests/grow/what-is-not-in-order-does-not-grow.sh
TESTS += $(grow_tests)
EXTRA_DIST += \
	$(grow_tests) \
	convert/tests/grow/grown-disks-boot.sh

# With CHECK_LONG=1 in the environment the first test makes a thousand disks.
# The second test starts an emulated machine.
CHECK_LONG += \
	convert/tests/grow/grown-disks-keep-all-but-the-places.py \
	convert/tests/grow/grown-disks-boot.sh
