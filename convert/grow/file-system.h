/* SPDX-License-Identifier: MIT */
/* What is in a partition, and how it grows with it. */
#ifndef CONVERT_GROW_FILE_SYSTEM_H
#define CONVERT_GROW_FILE_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

struct disk;
struct tool_endpoint;

struct file_system {
  const char *name; /* "ext4"; NULL: nothing that is known */
  bool grows;       /* file_system_grow can do it */
  /* If it cannot: what to run inside the guest, as "xfs_growfs /"; or NULL.
   * Both strings are never freed. */
  const char *advice;
};

/* What is in these bytes of the disk, which is only read.  0, also if that
 * cannot be grown here; or -1 with *WHY, to be freed: the disk cannot be read,
 * or it is one that grows, but not as it is: its journal has to be replayed, it
 * has an error, a feature that is not known, or is larger than its place. */
extern int file_system_look (struct disk *d, uint64_t start, uint64_t length,
                             struct file_system *f, char **why);

/* Before anything is written: is there what file_system_grow needs, or if
 * SERVED, file_system_grow_served?  -1 with *WHY, to be freed. */
extern int file_system_can_grow (bool served, char **why);

/* Let it fill its place, these bytes of a raw file or device, open for reading
 * and writing, or of what a server has, to which nobody else is connected.  A
 * device that was opened by O_EXCL is ours alone afterwards, but not while it
 * grows, when it belongs to the program that does that.  0, or -1 with *WHY,
 * to be freed. */
extern int file_system_grow (int fd, uint64_t start, uint64_t length,
                             char **why);
extern int file_system_grow_served (const struct tool_endpoint *at,
                                    uint64_t start, uint64_t length,
                                    char **why);

#endif /* CONVERT_GROW_FILE_SYSTEM_H */
