#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Print where a file has data: a line with offset and length for each range,
and lseek's error behind the last one.

usage: seek-data.py FILE
"""

from __future__ import annotations

import os
import sys

file = os.open(sys.argv[1], os.O_RDONLY)
end = 0
while True:
    try:
        begin = os.lseek(file, end, os.SEEK_DATA)
    except OSError as error:
        print(error.strerror)
        break
    end = os.lseek(file, begin, os.SEEK_HOLE)
    print(begin, end - begin)
