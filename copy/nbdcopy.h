/* SPDX-License-Identifier: MIT */
/* The parts of nbdcopy that are not the engine. */
#ifndef NBDCOPY_H
#define NBDCOPY_H

#include "engine/engine.h"
#include "options.h"

/* ---- open.c ---- */

/* Take the source from the command line, or the destination if FROM is the
 * source.  NULL after copy_fail; on other mistakes the tool fails. */
extern struct endpoint *endpoint_open (struct copy *c,
                                       const struct options *o, char ***words,
                                       const struct endpoint *from);
/* Do not remove the destination at the end, even if it was created. */
extern void endpoint_keep_created (void);

/* ---- select.c: --map ---- */

/* Read the map, before anything is opened: the program that prints it may use
 * the same server, which may serve one client at a time. */
extern void select_read (const struct options *o);
/* Set the extents that the map selects.  On mistakes in it the tool fails. */
extern copy_select select_load;

#endif /* NBDCOPY_H */
