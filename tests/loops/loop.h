/* SPDX-License-Identifier: MIT */
/* What the scenarios need from a main loop.  There is a file for each loop. */

#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>

#include <libnbd.h>

/* Whether the loop tells the header when it is about to wait, so that the
 * header can look at its handles then. */
extern const bool loop_tells;
/* Whether the loop ends when there is nothing to wait for. */
extern const bool loop_ends;

extern void *loop_new (void);
/* Free the loop, in which nothing may be left. */
extern void loop_free (void *loop);

/* Run until loop_quit. */
extern void loop_run (void *loop);
extern void loop_quit (void *loop);

/* Call the function after this many milliseconds. */
extern void loop_later (void *loop, unsigned ms, void (*f) (void *data),
                        void *data);

/* The header under test. */
extern void *watch_start (void *loop, struct nbd_handle *h,
                          void (*on_change) (struct nbd_handle *h, int error,
                                             void *data),
                          void *data);
extern void watch_update (void *watch);
extern void watch_stop (void *watch);

#endif /* LOOP_H */
