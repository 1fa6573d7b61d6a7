/* SPDX-License-Identifier: MIT */
/* Copies of files that the kernel makes, without their data coming here. */
#ifndef CONVERT_REFLINK_H
#define CONVERT_REFLINK_H

#include "destination.h"
#include "source/source.h"

/* Can the destination share the source's blocks?  It is tried with a file that
 * has no name. */
extern bool reflink_is_possible (const struct source *s,
                                 const struct destination *d);
/* 0, or -1 with errno. */
extern int reflink (const struct source *s, const struct destination *d);

#endif /* CONVERT_REFLINK_H */
