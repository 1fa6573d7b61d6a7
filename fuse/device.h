/* SPDX-License-Identifier: MIT */
/* The FUSE device, where the kernel's requests come from. */
#ifndef FUSE_DEVICE_H
#define FUSE_DEVICE_H

#include <fuse_lowlevel.h>
#include <stdbool.h>

#include "buffer.h"

/* Before the mount is there: see to it that a request can be taken. */
extern void device_prepare (void);
/* The session of the mount, whose descriptor becomes non-blocking. */
extern void device_open (struct fuse_session *session);
extern int device_fd (void);

/* Take requests from the kernel and begin to serve them.  False: it must wait
 * until there is a buffer for the next one. */
extern bool device_serve (void);
extern bool device_has_buffer (void);

/* The buffer of the request that is being dispatched, with its payload: who
 * takes it becomes its owner. */
extern struct buffer *device_take_buffer (void);

#endif /* FUSE_DEVICE_H */
