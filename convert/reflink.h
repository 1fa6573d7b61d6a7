/* SPDX-License-Identifier: MIT */
/* Copies that the kernel makes by sharing blocks, so that no data is
 * copied. */
#ifndef CONVERT_REFLINK_H
#define CONVERT_REFLINK_H

#include "destination.h"
#include "source/source.h"

/* Whether the destination can share the source's blocks.  This is tried with
 * a temporary file that has no name. */
extern bool reflink_is_possible (const struct source *s,
                                 const struct destination *d);
/* Returns 0, or -1 with errno. */
extern int reflink (const struct source *s, const struct destination *d);

#endif /* CONVERT_REFLINK_H */
