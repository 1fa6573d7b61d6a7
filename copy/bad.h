/* SPDX-License-Identifier: MIT */
/* --on-read-error, --bad-ranges: to go on without what cannot be read. */
#ifndef COPY_BAD_H
#define COPY_BAD_H

#include "copy.h"

/* Look for what is bad in the chunk whose read failed; false if that is no
 * error to go on after. */
extern bool bad_read (struct worker *w, struct io *io);
/* A part was read; true if it is the last one of its chunk. */
extern bool bad_part_came (struct worker *w, const struct io *io);
/* The first part of a chunk from AT on that is to be written. */
extern bool bad_next_written (const struct copy *c, const struct slot *s,
                              uint64_t at, struct range *part);
/* All of a chunk was written that can be. */
extern void bad_account (struct copy *c, const struct slot *s);

/* Open the file for the list, and begin it once the copy begins. */
extern void bad_open (struct copy *c);
extern void bad_begin (struct copy *c);
/* Write the list, and say how much is bad.  WHOLE: everything was tried.
 * -1 after a message if the list could not be written. */
extern int bad_end (struct copy *c, bool whole);

#endif /* COPY_BAD_H */
