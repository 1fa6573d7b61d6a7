/* SPDX-License-Identifier: MIT */
/* The event loop: the FUSE device, all disks, and signals. */
#ifndef FUSE_LOOP_H
#define FUSE_LOOP_H

#include <fuse_lowlevel.h>
#include <stdint.h>

/* Block signals, which the loop will receive. */
extern void loop_prepare (void);
/* Serve until the mount is gone, or a signal came and its time is over. */
extern void loop_run (struct fuse_session *session);
/* Wait for events, no longer than the phase may last nor UNTIL then (0: that
 * does not matter), and do what they ask for. */
extern void loop_turn (int64_t until_ms);

#endif /* FUSE_LOOP_H */
