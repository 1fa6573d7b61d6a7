/* SPDX-License-Identifier: MIT */
/* The FUSE device, which the kernel's requests are read from. */
#ifndef FUSE_DEVICE_H
#define FUSE_DEVICE_H

#include <fuse_lowlevel.h>
#include <stdbool.h>

#include "buffer.h"

/* Before mounting: allocate a buffer for the first request, or fail. */
extern void device_prepare (void);
/* Use the session of the mount, and make its descriptor non-blocking. */
extern void device_open (struct fuse_session *session);
extern int device_fd (void);

/* Take requests from the kernel and begin to serve them.  False: there is no
 * buffer for the next one. */
extern bool device_serve (void);
/* Whether there is a buffer for the next request, or one can be allocated. */
extern bool device_has_buffer (void);

/* Take the buffer of the request that is being dispatched, with its payload.
 * The caller owns it then. */
extern struct buffer *device_take_buffer (void);

#endif /* FUSE_DEVICE_H */
