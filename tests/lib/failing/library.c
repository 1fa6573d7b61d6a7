/* SPDX-License-Identifier: MIT */

/* Tells whether the library makes a call: see library.h. */

#include "library.h"

__thread volatile bool in_library;
