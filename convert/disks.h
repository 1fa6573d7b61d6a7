/* SPDX-License-Identifier: MIT */
/* What is at hand or was written, as a disk that can be looked at. */
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
  struct block_disk blocks; /* it, for whoever does not know its blocks */
};

/* An NBD server; the handle is to be closed.  Fails the tool. */
extern void disk_connect (struct nbd_disk *n, const struct tool_endpoint *at);

/* Look at what is at hand, which must not be in order. */
extern void with_disk_at_hand (
  struct conversion *v, void (*work) (struct conversion *v, struct disk *d));

/* The same for who need not know about holes: no other connection is made to
 * the source, whose server may take few. */
extern void with_source_at_hand (
  struct conversion *v, void (*work) (struct conversion *v, struct disk *d));

#endif /* CONVERT_DISKS_H */
