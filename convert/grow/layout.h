/* SPDX-License-Identifier: MIT */
/* Where all is on a disk with partitions, for the files of this folder. */
#ifndef CONVERT_GROW_LAYOUT_H
#define CONVERT_GROW_LAYOUT_H

#include "disk/table.h"
#include "grow/grow.h"

/* A partition, or what contains the logical ones; in bytes. */
struct part {
  unsigned number;
  char name[PARTITION_NAME_MAX];
  uint64_t start, length;
  uint32_t slot;    /* its entry in a GPT or in the first sector */
  bool is_extended; /* it contains the logical ones */
  bool is_logical;
  const char *fixed; /* why it cannot be moved; or NULL */
};

/* A sector of the chain of logical partitions. */
struct link {
  uint64_t at; /* in bytes */
  unsigned char sector[BOOT_SECTOR];
  unsigned number; /* of its partition; 0: it has none */
};

struct layout {
  struct disk_table table;
  struct part *parts; /* those that begin first come first */
  size_t count;
  struct link *links; /* in the order of the chain */
  size_t nr_links;
};

/* ---- layout.c ---- */

/* -1 with *WHY if there is no table, if it is damaged, or if partitions overlap
 * or are not within the disk. */
extern int layout_read (struct disk *d, uint64_t old_size, struct layout *l,
                        char **why);
extern void layout_free (struct layout *l);
/* What contains the logical partitions; NULL: there are none. */
extern struct part *layout_extended (const struct layout *l);
/* By its number; NULL: there is none. */
extern struct part *layout_number (const struct layout *l, unsigned number);

static inline uint64_t
part_end (const struct part *p)
{
  return p->start + p->length;
}

/* ---- words.c ---- */

/* partition 3 "data" (2.0G); to be freed. */
extern char *part_words (const struct part *p);
/* All of them; to be freed. */
extern char *layout_words (const struct layout *l);

/* ---- change.c ---- */

/* What begins from BOUNDARY on moves by SHIFT; this partition gets another
 * LENGTH, and what contains it grows with it. */
struct change {
  uint64_t boundary, shift;
  unsigned number;
  uint64_t length;
};

/* Let the table of this disk say so.  It was read as L, and is changed there,
 * too. */
extern int layout_change (struct disk *d, struct layout *l,
                          const struct change *c, char **why);

/* ---- bytes.c ---- */

/* Copy to a place behind, which may overlap. */
extern int bytes_move (struct disk *d, uint64_t from, uint64_t to,
                       uint64_t length, char **why);
extern int bytes_zero (struct disk *d, uint64_t from, uint64_t length,
                       char **why);

/* ---- swap.c ---- */

/* The size of the pages of what can be made anew; *PAGE is 0 if that is not
 * swap, or has something in it that is still needed. */
extern int swap_look (struct disk *d, uint64_t start, uint64_t length,
                      uint32_t *page, char **why);
/* Make it anew somewhere else, where all is zero. */
extern int swap_remake (struct disk *d, const unsigned char *header,
                        uint32_t page, uint64_t to, char **why);

#endif /* CONVERT_GROW_LAYOUT_H */
