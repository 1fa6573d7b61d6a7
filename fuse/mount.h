/* SPDX-License-Identifier: MIT */
/* The mount. */
#ifndef FUSE_MOUNT_H
#define FUSE_MOUNT_H

#include <fuse_lowlevel.h>

/* ---- mountpoint.c ---- */

/* Decide what to mount where, or fail. */
extern void mountpoint_choose (const char *argument);
/* Fail if the pidfile would be hidden by the mount. */
extern void mountpoint_check_pidfile (void);

/* ---- pidfile.c ---- */

/* Write the pidfile, if there is one, when the mount is ready, since programs
 * wait for the file to appear.  It is removed at the end.  It may be a fifo. */
extern void pidfile_write (void);

/* ---- mount.c ---- */

/* Mount, or fail. */
extern struct fuse_session *mount_session (void);
/* Detach the mount.  This may send requests to this program and wait for them,
 * so it is called in another thread than the loop's. */
extern void mount_detach (void);
/* Unmount, if the mount was not detached. */
extern void mount_end (void);

#endif /* FUSE_MOUNT_H */
