/* SPDX-License-Identifier: MIT */
/* Where everything is on a disk with partitions, for the files of this
 * directory. */
#ifndef CONVERT_GROW_LAYOUT_H
#define CONVERT_GROW_LAYOUT_H

#include "disk/table.h"
#include "grow/grow.h"

/* A partition, or the extended partition around the logical ones.  Offsets
 * are in bytes. */
struct part {
  unsigned number;
  char name[PARTITION_NAME_MAX];
  uint64_t start, length;
  uint32_t slot;    /* its index in the GPT or in the first sector */
  bool is_extended; /* it contains the logical partitions */
  bool is_logical;
  const char *fixed; /* why it cannot be moved; or NULL */
};

/* A sector of the chain of logical partitions. */
struct link {
  uint64_t at; /* offset in bytes */
  unsigned char sector[BOOT_SECTOR];
  unsigned number; /* of its logical partition; 0: it has none */
};

struct layout {
  struct disk_table table;
  struct part *parts; /* sorted by START */
  size_t count;
  struct link *links; /* in the order of the chain */
  size_t nr_links;
};

/* ---- layout.c ---- */

/* Read all partitions.  Returns 0, or -1 with *WHY if there is no table, if
 * it is damaged, or if partitions overlap or reach beyond the disk. */
extern int layout_read (struct disk *d, uint64_t old_size, struct layout *l,
                        char **why);
extern void layout_free (struct layout *l);
/* The extended partition, or NULL. */
extern struct part *layout_extended (const struct layout *l);
/* The partition with this number, or NULL. */
extern struct part *layout_number (const struct layout *l, unsigned number);

static inline uint64_t
part_end (const struct part *p)
{
  return p->start + p->length;
}

/* ---- words.c ---- */

/* Words such as: partition 3 "data" (2.0G).  To be freed. */
extern char *part_words (const struct part *p);
/* Words for all partitions.  To be freed. */
extern char *layout_words (const struct layout *l);

/* ---- change.c ---- */

/* Everything from BOUNDARY on moves by SHIFT.  The partition NUMBER gets this
 * LENGTH, and an extended partition around it grows with it. */
struct change {
  uint64_t boundary, shift;
  unsigned number;
  uint64_t length;
};

/* Make this change in the table of the disk and in L, which was read from
 * this disk.  Returns 0, or -1 with *WHY. */
extern int layout_change (struct disk *d, struct layout *l,
                          const struct change *c, char **why);

/* ---- bytes.c ---- */

/* Copy a range to a place nearer to the end, which may overlap the old
 * place. */
extern int bytes_move (struct disk *d, uint64_t from, uint64_t to,
                       uint64_t length, char **why);
extern int bytes_zero (struct disk *d, uint64_t from, uint64_t length,
                       char **why);

/* ---- swap.c ---- */

/* If the partition is swap that can be made anew, set *PAGE to the size of
 * its pages. *PAGE is 0 if it is not swap, or holds data that is still
 * needed.  Returns 0, or -1 with *WHY. */
extern int swap_look (struct disk *d, uint64_t start, uint64_t length,
                      uint32_t *page, char **why);
/* Write the header of swap to its new place, which is zero. */
extern int swap_remake (struct disk *d, const unsigned char *header,
                        uint32_t page, uint64_t to, char **why);

#endif /* CONVERT_GROW_LAYOUT_H */
