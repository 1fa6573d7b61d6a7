/* SPDX-License-Identifier: MIT */
/* Outages: messages about lost connections. */
#ifndef FUSE_OUTAGE_H
#define FUSE_OUTAGE_H

#include <libnbd.h>
#include <stdbool.h>
#include <stdint.h>

#include "disk.h"

/* Set the event callback of H, before it is connected. */
extern int outage_listen (struct nbd_handle *h);
/* The events of DISK's handle belong to DISK.  A lost connection is made again
 * if it CAN_COME_BACK and the user has set a reconnect timeout. */
extern void outage_of (struct disk *disk, bool can_come_back);
/* Set the name for messages that are not about a single disk. */
extern void outage_name (const char *server);

/* For how many milliseconds the outage has lasted; 0 if there is none. */
extern int64_t outage_ms (const struct disk *disk);
/* Whether any export is in an outage. */
extern bool outage_is_any (void);
/* The handle is dead: print that, and why. */
extern void outage_was_the_end (struct disk *disk);
/* Tell the service manager that the mount is ready. */
extern void outage_tell_ready (void);

#endif /* FUSE_OUTAGE_H */
