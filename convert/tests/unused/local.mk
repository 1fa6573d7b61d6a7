# SPDX-License-Identifier: MIT

# The program that the tests run.
check_PROGRAMS += convert/tests/unused/unused
convert_tests_unused_unused_CPPFLAGS = $(convert_cppflags)
convert_tests_unused_unused_LDADD = $(convert_libs)

unused_tests = \
	convert/tests/unused/odd-file-systems-are-kept-whole.sh \
	convert/tests/unused/odd-volume-groups-are-kept-whole.py
if HAVE_EXT2FS
unused_tests += \
	convert/tests/unused/dropped-blocks-of-ext-belong-to-no-file.py \
	convert/tests/unused/logical-volumes-keep-every-byte.py
endif
TESTS += $(unused_tests)
EXTRA_DIST += \
	convert/tests/unused/drawn.py \
	convert/tests/unused/dropped-blocks-of-ext-belong-to-no-file.py \
	convert/tests/unused/logical-volumes-keep-every-byte.py \
	convert/tests/unused/lvm_disk.py \
	convert/tests/unused/odd-file-systems-are-kept-whole.sh \
	convert/tests/unused/odd-volume-groups-are-kept-whole.py

# With CHECK_LONG=1 in the environment these make 200 file systems and 40
# volume groups.
CHECK_LONG += \
	convert/tests/unused/dropped-blocks-of-ext-belong-to-no-file.py \
	convert/tests/unused/logical-volumes-keep-every-byte.py
