/* SPDX-License-Identifier: MIT */
/* The parts of nbdcopy that are not the engine. */
#ifndef NBDCOPY_H
#define NBDCOPY_H

#include "engine/engine.h"
#include "options.h"

/* ---- open.c ---- */

/* Take the source from the command line, or the destination of what FROM
 * gives; NULL after copy_fail.  Other mistakes fail the tool. */
extern struct endpoint *endpoint_open (struct copy *c,
                                       const struct options *o, char ***words,
                                       const struct endpoint *from);
/* What was created for the destination stays from now on. */
extern void endpoint_keep_created (void);

/* ---- select.c: --map ---- */

/* Read it before anything is opened: who prints it may need a server that
 * serves one client at a time. */
extern void select_read (const struct options *o);
/* What it selects.  Mistakes in it fail the tool. */
extern copy_select select_load;

#endif /* NBDCOPY_H */
