/* SPDX-License-Identifier: MIT */
/* A partition takes the space that a disk has gained.
 *
 * Growing is first planned on a disk that is only read, so that what is
 * impossible is refused before anything is written.  Then it is done on the
 * converted disk: everything behind the partition moves towards the end by
 * the same distance, swap there is made anew, and then the table is
 * changed. */
#ifndef CONVERT_GROW_H
#define CONVERT_GROW_H

#include "disk/gpt.h"
#include "grow/file-system.h"

struct growth_wish {
  const char *partition; /* its number, its name, or "last" */
  bool file_system;      /* the file system in it grows, too */
  bool move;             /* partitions behind it may move */
};

/* The name is up to 36 units of UTF-16, here in UTF-8.  Partitions of an MBR
 * have no names. */
#define PARTITION_NAME_MAX (36u * 3 + 1)

struct growth_move {
  unsigned number; /* number of the partition */
  uint64_t from, to, length;
  uint32_t
    swap_page; /* page size of swap, which is made anew; 0: the partition is
                  copied */
};

struct growth {
  enum table table;
  unsigned number; /* number of the growing partition */
  char name[PARTITION_NAME_MAX];
  struct {
    uint64_t start, length;
  } before, after;
  uint64_t shift; /* distance by which everything behind it moves */
  struct growth_move *moves; /* the last place on the disk first */
  size_t nr_moves;
  struct file_system fs; /* in the growing partition; only set if it is to
                            grow */
};

/* Plan how a partition of D grows.  The table of D was made for OLD_SIZE, and
 * the disk is going to have NEW_SIZE.  Returns 0, or -1 with *WHY, to be
 * freed, if it cannot be done. */
extern int growth_plan (struct disk *d, uint64_t old_size, uint64_t new_size,
                        const struct growth_wish *wish, struct growth *g,
                        char **why);
extern void growth_free (struct growth *g);
/* The number of bytes that are copied.  Of swap only the header is. */
extern uint64_t growth_copied (const struct growth *g);

/* Carry out the plan on the disk D, whose table has followed its size
 * already.  growth_move comes first; if nothing has to move it does nothing.
 * growth_apply changes the size.  Both return 0, or -1 with *WHY, to be
 * freed. */
extern int growth_move (struct disk *d, const struct growth *g, char **why);
extern int growth_apply (struct disk *d, const struct growth *g, char **why);

#endif /* CONVERT_GROW_H */
