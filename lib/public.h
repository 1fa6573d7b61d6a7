/* SPDX-License-Identifier: MIT */
/* The public header as the library itself must see it.  The compiler includes
 * this before everything else, see local.mk. */

#ifndef NBDI_PUBLIC_H
#define NBDI_PUBLIC_H

#include "config.h"

/* The wrappers compare arguments with NULL, which a compiler that was told
 * that they never are would leave out. */
#define LIBNBD_ATTRIBUTE_NONNULL(...)

/* What this header declares is all that the library exports. */
#pragma GCC visibility push(default)
#include "libnbd.h"
#pragma GCC visibility pop

#endif /* NBDI_PUBLIC_H */
