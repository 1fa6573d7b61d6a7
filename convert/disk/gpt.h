/* SPDX-License-Identifier: MIT */
/* Partition tables, and how they follow a new size.
 *
 * libfdisk works on a file in memory that has the size of the disk and holds
 * nothing but its partition table.  What libfdisk changes there is then
 * written to the disk, whatever kind of disk that is. */
#ifndef CONVERT_GPT_H
#define CONVERT_GPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A disk as these functions see it. */
struct disk {
  /* Both return 0, or -1 with *WHY. */
  int (*read) (struct disk *d, void *buffer, uint64_t length, uint64_t offset,
               char **why);
  int (*write) (struct disk *d, const void *buffer, uint64_t length,
                uint64_t offset, char **why); /* NULL: read-only */
  uint64_t size;                              /* present size */
  /* How many bytes from OFFSET on are known to be zero without reading them.
   * NULL: unknown for this disk. */
  uint64_t (*zeroes) (struct disk *d, uint64_t offset);
  /* Make these bytes zero, as a hole if possible.  NULL: the caller writes
   * zeroes. */
  int (*zero) (struct disk *d, uint64_t length, uint64_t offset, char **why);
};

enum table { TABLE_NONE, TABLE_MBR, TABLE_GPT };

struct table_facts {
  enum table kind;
  unsigned sector;    /* bytes of a sector */
  unsigned count;     /* number of partitions */
  uint64_t end;       /* end of the last partition, in bytes */
  bool backup_at_end; /* of a GPT: it is where it belongs on a disk of this
                         size */
};

struct partition {
  unsigned number;
  uint64_t start, length; /* in bytes */
};

struct partitions {
  struct partition *list; /* in the table's order; to be freed */
  size_t count;
};

/* List the partitions of the disk, including logical ones, but not the
 * extended partition around them.  A disk without a table has none.  Returns
 * 0, or -1 with *WHY if the table is damaged. */
extern int table_list (struct disk *d, struct partitions *p, char **why);
/* Read which table is on the disk, whose content once had OLD_SIZE.  Returns
 * 0, or -1 with *WHY if the table is damaged. */
extern int table_read (struct disk *d, uint64_t old_size,
                       struct table_facts *facts, char **why);
/* The content had OLD_SIZE and the disk has another size: move the backup GPT
 * to the end of the disk, and let the protective MBR cover the disk.  Returns
 * 0, also if there is nothing to do, or -1 with *WHY. */
extern int table_follow (struct disk *d, uint64_t old_size, char **why);
/* Whether the disk may be cut at SIZE, because nothing is behind it: no
 * partition, and no byte that is not zero, except for the backup GPT.
 * Returns 1 if it may; 0 if not, and *WHY says what is in the way; -1 on
 * errors. */
extern int table_may_shrink (struct disk *d, uint64_t size, char **why);

#endif /* CONVERT_GPT_H */
