/* SPDX-License-Identifier: MIT */
/* What is done, what of it is durable, and what is to be done again.  All of
 * it is kept for each worker, so I is the number of one: nobody else's thread
 * calls these functions for it, but the main thread while it does not run. */
#ifndef COPY_DONE_H
#define COPY_DONE_H

#include "engine/copy.h"

/* ---- done.c ---- */

extern void done_begin (struct copy *c);
extern void done_add (struct copy *c, unsigned i, const struct extent *what);
/* This is written, as far as it can be read, but not done. */
extern void done_add_bad (struct copy *c, unsigned i, uint64_t start,
                          uint64_t end);
/* Is it time to flush?  Then what is done so far is set aside. */
extern bool done_flush_is_due (struct copy *c, unsigned i);
extern int done_flushed (struct copy *c, unsigned i);
/* Its connection to the destination was lost so often by now.  If that is
 * news, all that it did not flush is to be done again: true. */
extern bool done_notice_losses (struct copy *c, unsigned i, unsigned losses);
/* Take a chunk of what is to be done again, if there is any. */
extern bool done_take_again (struct copy *c, unsigned i, struct extent *what);
/* Is there any, of whomever? */
extern bool done_is_to_go_on (const struct copy *c);
/* LOWEST, or the first position of what is to be done again. */
extern uint64_t done_lowest (const struct copy *c, uint64_t lowest);
/* All is durable, and what is not done is left to a later run. */
extern int done_keep (struct copy *c);
extern void done_free (struct copy *c);

/* ---- journal.c ---- */

/* Open the journal.  1 if it is that of an interrupted copy, of which DONE is
 * done; 0 if it is a new one; -1 after copy_fail. */
extern int journal_open (struct copy *c, struct ranges *done);
/* Begin a new one, once the destination is prepared. */
extern int journal_begin (struct copy *c);
extern int journal_add (struct copy *c, const struct ranges *done);
extern void journal_remove (struct copy *c);
extern void journal_free (struct copy *c);

#endif /* COPY_DONE_H */
