/* SPDX-License-Identifier: MIT */
/* What is in a partition, and how it grows with the partition. */
#ifndef CONVERT_GROW_FILE_SYSTEM_H
#define CONVERT_GROW_FILE_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

struct disk;
struct tool_endpoint;

struct file_system {
  const char *name; /* "ext4"; NULL: not known */
  bool grows;       /* file_system_grow can grow it */
  /* If it cannot: what to run inside the guest, such as "xfs_growfs /"; or
   * NULL.  Neither string is to be freed. */
  const char *advice;
};

/* Find out what is in this range of the disk, which is only read.  Returns 0,
 * also if that cannot be grown here.  Returns -1 with *WHY, to be freed, if
 * the disk cannot be read, or if it is a file system that we could grow but
 * for its state: the journal has to be replayed, it has errors or unknown
 * features, or is larger than its place. */
extern int file_system_look (struct disk *d, uint64_t start, uint64_t length,
                             struct file_system *f, char **why);

/* Check, before anything is written, that there is what file_system_grow
 * needs, or file_system_grow_served if SERVED.  Returns 0, or -1 with *WHY,
 * to be freed. */
extern int file_system_can_grow (bool served, char **why);

/* Grow a file system to fill its place: a range of a raw file or device,
 * which is open for reading and writing, or of an export to which nobody else
 * is connected.  A device that was opened with O_EXCL is closed for the time
 * of growing, so that the program which grows it can open it, and is ours
 * alone again afterwards.  Returns 0, or -1 with *WHY, to be freed. */
extern int file_system_grow (int fd, uint64_t start, uint64_t length,
                             char **why);
extern int file_system_grow_served (const struct tool_endpoint *at,
                                    uint64_t start, uint64_t length,
                                    char **why);

#endif /* CONVERT_GROW_FILE_SYSTEM_H */
