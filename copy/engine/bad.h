/* SPDX-License-Identifier: MIT */
/* Copying without the blocks that cannot be read, and listing those. */
#ifndef COPY_BAD_H
#define COPY_BAD_H

#include "engine/worker.h"

/* How a chunk continues after a read. */
enum bad_next {
  BAD_FAILS,     /* the copy fails */
  BAD_READ_PART, /* another part is to be read */
  BAD_ALL_READ,  /* all that can be read of the chunk was read */
};

/* A read of a chunk failed. */
extern enum bad_next bad_read (struct worker *w, struct io *io,
                               struct range *part);
/* A read of a chunk or of a part of it succeeded. */
extern enum bad_next bad_part_came (struct worker *w, const struct io *io,
                                    struct range *part);
/* Find the first part of a chunk from AT on that is to be written.  Return
 * false if there is none. */
extern bool bad_next_written (const struct copy *c, const struct slot *s,
                              uint64_t at, struct range *part);
/* The chunk has bad blocks, and all other parts of it were written. */
extern void bad_account (struct worker *w, const struct slot *s);

/* Begin the list when the copy begins; 0, or -1 after copy_fail. */
extern int bad_begin (struct copy *c);
extern void bad_free (struct copy *c);

#endif /* COPY_BAD_H */
