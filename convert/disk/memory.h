/* SPDX-License-Identifier: MIT */
/* A disk in memory, as large as another one.  Only what was written to it
 * takes memory. */
#ifndef CONVERT_MEMORY_H
#define CONVERT_MEMORY_H

#include "gpt.h"

struct memory_disk {
  struct disk disk;
  int fd;
};

extern int memory_make (struct memory_disk *m, uint64_t size, char **why);
extern void memory_free (struct memory_disk *m);
/* Copy a range of D to the same place. */
extern int memory_take (struct memory_disk *m, struct disk *d,
                        uint64_t length, uint64_t offset, char **why);

#endif /* CONVERT_MEMORY_H */
