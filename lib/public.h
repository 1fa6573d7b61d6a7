/* SPDX-License-Identifier: MIT */
/* The public header as the library itself must see it.  The compiler includes
 * this before everything else, see local.mk. */

#ifndef NBDI_PUBLIC_H
#define NBDI_PUBLIC_H

#include "config.h"

/* The wrappers compare arguments with NULL.  If the header declared these
 * arguments as never NULL, the compiler would leave the comparisons out. */
#define LIBNBD_ATTRIBUTE_NONNULL(...)

/* The library exports what this header declares, and nothing else. */
#pragma GCC visibility push(default)
#include "libnbd.h"
#pragma GCC visibility pop

#endif /* NBDI_PUBLIC_H */
