/* SPDX-License-Identifier: MIT */
/* To go on without what cannot be read, and to list it. */
#ifndef COPY_BAD_H
#define COPY_BAD_H

#include "engine/worker.h"

/* What comes next for a chunk of which a read failed, or a part came. */
enum bad_next {
  BAD_FAILS,     /* no error to go on after */
  BAD_READ_PART, /* another part is to be read */
  BAD_ALL_READ,  /* all that can be read of it was read */
};

extern enum bad_next bad_read (struct worker *w, struct io *io,
                               struct range *part);
extern enum bad_next bad_part_came (struct worker *w, const struct io *io,
                                    struct range *part);
/* The first part of a chunk from AT on that is to be written. */
extern bool bad_next_written (const struct copy *c, const struct slot *s,
                              uint64_t at, struct range *part);
/* All of a chunk was written that can be. */
extern void bad_account (struct worker *w, const struct slot *s);

/* Begin the list once the copy begins; 0, or -1 after copy_fail. */
extern int bad_begin (struct copy *c);
extern void bad_free (struct copy *c);

#endif /* COPY_BAD_H */
