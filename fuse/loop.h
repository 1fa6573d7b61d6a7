/* SPDX-License-Identifier: MIT */
/* The event loop: the FUSE device, all disks, and signals. */
#ifndef FUSE_LOOP_H
#define FUSE_LOOP_H

#include <fuse_lowlevel.h>
#include <stdint.h>

/* Block the signals that end the program; the loop receives them with a
 * signalfd.  Allocate what the loop needs. */
extern void loop_prepare (void);
/* Serve until the mount is gone, or until a signal came and the time to unmount
 * is over. */
extern void loop_run (struct fuse_session *session);
/* Wait for events and handle them.  Do not wait longer than the phase may last,
 * nor longer than UNTIL_MS (0: no such limit). */
extern void loop_turn (int64_t until_ms);

#endif /* FUSE_LOOP_H */
