/* SPDX-License-Identifier: MIT */
/* What the scenarios ask of a main loop.  Each loop has a file with it. */

#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>

#include <libnbd.h>

/* The loop tells that it is about to wait, so the header can look then. */
extern const bool loop_tells;
/* The loop ends when there is nothing to wait for. */
extern const bool loop_ends;

extern void *loop_new (void);
/* Nothing that was started may be left. */
extern void loop_free (void *loop);

/* Until loop_quit. */
extern void loop_run (void *loop);
extern void loop_quit (void *loop);

/* Call the function after so many milliseconds. */
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
