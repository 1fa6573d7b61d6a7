/* SPDX-License-Identifier: MIT */
/* The event loop: the FUSE device, all connections, and signals. */
#ifndef FUSE_LOOP_H
#define FUSE_LOOP_H

#include <fuse_lowlevel.h>

/* Block signals, which the loop will receive. */
extern void loop_prepare (void);
/* Serve until the mount is gone, or a signal came and its time is over. */
extern void loop_run (struct fuse_session *session);
/* Wait for events, no longer than the phase may last, and do what they ask
 * for. */
extern void loop_turn (void);

#endif /* FUSE_LOOP_H */
