# SPDX-License-Identifier: MIT

include_HEADERS += include/libnbd.h
