# SPDX-License-Identifier: MIT
# The picture of the machine: docs/machine.svg and docs/machine.html.

EXTRA_DIST += tests/picture/browser.py

test_scripts += \
	tests/picture/pages-show-states-and-walk-through-logs.py \
	tests/picture/pictures-have-all-of-the-machine.py
