/* SPDX-License-Identifier: MIT */

/* Whether the library calls: see library.h. */

#include "library.h"

__thread volatile bool in_library;
