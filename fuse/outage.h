/* SPDX-License-Identifier: MIT */
/* Outages: what becomes of the connections to a disk, and who is told. */
#ifndef FUSE_OUTAGE_H
#define FUSE_OUTAGE_H

#include <libnbd.h>
#include <stdbool.h>
#include <stdint.h>

#include "disk.h"

/* Before H is connected: listen to what it says. */
extern int outage_listen (struct nbd_handle *h);
/* DISK, which has a handle, is what the handle shows.  The library can connect
 * it again if it CAN_COME_BACK and the user wants that. */
extern void outage_of (struct disk *disk, bool can_come_back);
/* What is said of outages before there is a disk: of this server. */
extern void outage_name (const char *server);

/* Milliseconds that the server has been away, 0 if it has not. */
extern int64_t outage_ms (const struct disk *disk);
/* There is one somewhere. */
extern bool outage_is_any (void);
/* Its handle is dead: tell that, with the whole story. */
extern void outage_was_the_end (struct disk *disk);
/* All is well, for the service manager. */
extern void outage_tell_ready (void);

#endif /* FUSE_OUTAGE_H */
