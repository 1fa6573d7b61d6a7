/* SPDX-License-Identifier: MIT */
/* Disks whose partitions can be examined or changed: what is at hand, or the
 * destination. */
#ifndef CONVERT_DISKS_H
#define CONVERT_DISKS_H

#include "disk/blocks.h"
#include "tool.h"

struct conversion;

struct file_disk {
  struct disk d;
  int fd;
};

/* A file or device. */
extern struct file_disk disk_of_file (int fd, uint64_t size);

struct nbd_disk {
  struct disk d;
  struct nbd_handle *h;
  struct block_disk blocks; /* D for callers that do not align their
                               requests */
};

/* Connect to an NBD server.  The caller closes the handle.  Errors end the
 * program. */
extern void disk_connect (struct nbd_disk *n, const struct tool_endpoint *at);

/* The size of the export of an NBD server.  Errors end the program. */
extern uint64_t disk_size (const struct tool_endpoint *at);

/* Call WORK with the disk at hand, which must be readable at random. */
extern void with_disk_at_hand (
  struct conversion *v, void (*work) (struct conversion *v, struct disk *d));

/* The same for work that needs no information about holes.  No second
 * connection is made to the source, whose server may accept few. */
extern void with_source_at_hand (
  struct conversion *v, void (*work) (struct conversion *v, struct disk *d));

#endif /* CONVERT_DISKS_H */
