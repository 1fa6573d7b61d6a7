/* SPDX-License-Identifier: MIT */
/* Scratch files: they have no name in any directory, so nothing is left of
 * them whatever happens; while we run others can open PATH. */
#ifndef CONVERT_SCRATCH_H
#define CONVERT_SCRATCH_H

#include "options.h"

/* --scratch, TMPDIR, or /var/tmp. */
extern const char *scratch_directory (const struct options *o);
/* Its descriptor.  Fails the tool. */
extern int scratch_open (const struct options *o, char **path);

#endif /* CONVERT_SCRATCH_H */
