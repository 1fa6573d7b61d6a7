/* SPDX-License-Identifier: MIT */
/* A partition takes the room that a disk has gained.
 *
 * What is to be done is found out on a disk that is only read, so that what
 * cannot be done is refused before anything is written.  It is done on the
 * disk that was made of it: what is behind the partition moves towards the
 * end by one distance, swap is made anew there, and then the table follows. */
#ifndef CONVERT_GROW_H
#define CONVERT_GROW_H

#include "disk/gpt.h"
#include "grow/file-system.h"

struct growth_wish {
  const char *partition; /* its number, its name, or "last" */
  bool file_system;      /* which is in it grows, too */
  bool move;             /* what is behind it may move */
};

/* 36 characters of UTF-16 as UTF-8; an MBR has no names. */
#define PARTITION_NAME_MAX (36u * 3 + 1)

struct growth_move {
  unsigned number; /* of the partition */
  uint64_t from, to, length;
  uint32_t
    swap_page; /* it is swap with pages of this size, which is made anew;
                         0: copied */
};

struct growth {
  enum table table;
  unsigned number; /* of the partition that grows */
  char name[PARTITION_NAME_MAX];
  struct {
    uint64_t start, length;
  } before, after;
  uint64_t shift;            /* so far moves all that begins behind it */
  struct growth_move *moves; /* those of the last places first */
  size_t nr_moves;
  struct file_system fs; /* in it; looked for if that is to grow */
};

/* The disk D had OLD_SIZE when its table was made, and gets NEW_SIZE: say in G
 * what is to be done.  -1 with *WHY, to be freed, if it cannot be done. */
extern int growth_plan (struct disk *d, uint64_t old_size, uint64_t new_size,
                        const struct growth_wish *wish, struct growth *g,
                        char **why);
extern void growth_free (struct growth *g);
/* How many bytes are copied, and how many of what is remade are not. */
extern uint64_t growth_copied (const struct growth *g);

/* Do it on the disk D, whose table follows its size already: first move, then
 * write the table.  Nothing may have to move.  -1 with *WHY, to be freed. */
extern int growth_move (struct disk *d, const struct growth *g, char **why);
extern int growth_apply (struct disk *d, const struct growth *g, char **why);

#endif /* CONVERT_GROW_H */
