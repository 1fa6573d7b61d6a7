/* SPDX-License-Identifier: MIT */
/* Scratch files.  They have no name in any directory, so nothing is left of
 * them even after a crash.  While this program runs, other programs can open
 * PATH. */
#ifndef CONVERT_SCRATCH_H
#define CONVERT_SCRATCH_H

#include "options.h"

/* The directory: --scratch, TMPDIR, or /var/tmp. */
extern const char *scratch_directory (const struct options *o);
/* Returns the file descriptor, and in *PATH a name to be freed.  Errors end
 * the program. */
extern int scratch_open (const struct options *o, char **path);

#endif /* CONVERT_SCRATCH_H */
