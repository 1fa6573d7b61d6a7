/* SPDX-License-Identifier: MIT */
/* What is done, and what of it is durable. */
#ifndef COPY_DONE_H
#define COPY_DONE_H

#include "engine/copy.h"

/* ---- done.c ---- */

extern void done_begin (struct copy *c);
extern void done_add (struct copy *c, const struct extent *what);
/* This is written, as far as it can be read, but not done. */
extern void done_add_bad (struct copy *c, uint64_t start, uint64_t end);
/* Is it time to flush?  Then what is done so far is set aside. */
extern bool done_flush_is_due (struct copy *c);
extern int done_flushed (struct copy *c);
/* The destination was lost: count it, and give up if it is so too often. */
extern void done_destination_lost (struct copy *c);
/* All that was not flushed is work again. */
extern void done_redo (struct copy *c);
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
