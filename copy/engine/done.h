/* SPDX-License-Identifier: MIT */
/* Which ranges are done, which of them are durable, and which have to be done
 * again.  Each worker has records of its own; I is the worker's number.  Only
 * the worker's thread calls these functions for it, or the main thread while
 * the worker does not run. */
#ifndef COPY_DONE_H
#define COPY_DONE_H

#include "engine/copy.h"

/* ---- done.c ---- */

extern void done_begin (struct copy *c);
extern void done_add (struct copy *c, unsigned i, const struct extent *what);
/* This range is written as far as it can be read, but it is not done: a resumed
 * copy tries it again. */
extern void done_add_bad (struct copy *c, unsigned i, uint64_t start,
                          uint64_t end);
/* Whether it is time to flush.  If so, what is done so far is set aside. */
extern bool done_flush_is_due (struct copy *c, unsigned i);
/* The flush has succeeded: what was set aside is durable.  -1 after
 * copy_fail. */
extern int done_flushed (struct copy *c, unsigned i);
/* The worker's connection to the destination was lost LOSSES times in all.
 * If there are more losses than before, all that the worker did not flush is
 * to be done again: return true. */
extern bool done_notice_losses (struct copy *c, unsigned i, unsigned losses);
/* Take a chunk that is to be done again.  False if there is none. */
extern bool done_take_again (struct copy *c, unsigned i, struct extent *what);
/* Whether any worker has something to be done again. */
extern bool done_is_to_go_on (const struct copy *c);
/* The first position that is to be done again, at most LOWEST. */
extern uint64_t done_lowest (const struct copy *c, uint64_t lowest);
/* All is flushed: add it to the journal, so that a later run can do the
 * rest.  -1 after copy_fail. */
extern int done_keep (struct copy *c);
extern void done_free (struct copy *c);

/* ---- journal.c ---- */

/* Open the journal.  Return 1 if it is that of an interrupted copy, which has
 * done the ranges DONE; 0 if the file is new or has no whole header; -1 after
 * copy_fail. */
extern int journal_open (struct copy *c, struct ranges *done);
/* Begin a new journal, after the destination was prepared. */
extern int journal_begin (struct copy *c);
extern int journal_add (struct copy *c, const struct ranges *done);
extern void journal_remove (struct copy *c);
extern void journal_free (struct copy *c);

#endif /* COPY_DONE_H */
