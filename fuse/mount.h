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

/* Programs wait for the file to appear, so it is written when all is ready,
 * and removed at the end.  It may be a fifo. */
extern void pidfile_write (void);

/* ---- mount.c ---- */

extern struct fuse_session *mount_session (void);
extern void mount_detach (void); /* may call into the file system */
extern void mount_end (void);

#endif /* FUSE_MOUNT_H */
