/* SPDX-License-Identifier: MIT */
/* Partition tables that follow a new size.
 *
 * libfdisk works on a file in memory which has the size of the disk and holds
 * no more than its partition table; what it changes there is then written to
 * the disk, whatever that is. */
#ifndef CONVERT_GPT_H
#define CONVERT_GPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A disk as these functions see it. */
struct disk {
  /* 0, or -1 with *WHY. */
  int (*read) (struct disk *d, void *buffer, uint64_t length, uint64_t offset,
               char **why);
  int (*write) (struct disk *d, const void *buffer, uint64_t length,
                uint64_t offset, char **why); /* NULL: not to be written */
  uint64_t size;                              /* now */
  /* How many bytes from OFFSET on are known to be zero, without reading them;
   * NULL: nobody knows. */
  uint64_t (*zeroes) (struct disk *d, uint64_t offset);
  /* Let these bytes be zero, as a hole if that is possible; NULL: they are
   * written. */
  int (*zero) (struct disk *d, uint64_t length, uint64_t offset, char **why);
};

enum table { TABLE_NONE, TABLE_MBR, TABLE_GPT };

struct table_facts {
  enum table kind;
  unsigned sector;    /* size of one */
  unsigned count;     /* of partitions */
  uint64_t end;       /* of the last partition, in bytes */
  bool backup_at_end; /* GPT: where it belongs in a disk of SIZE */
};

struct partition {
  unsigned number;
  uint64_t start, length; /* in bytes */
};

struct partitions {
  struct partition *list; /* in the order of their numbers; to be freed */
  size_t count;
};

/* The partitions of the disk, the logical ones too, but not what contains
 * them; 0 also if there is no table.  -1 with *WHY if it is damaged. */
extern int table_list (struct disk *d, struct partitions *p, char **why);
/* What table is on the disk, whose content once had OLD_SIZE.  -1 with *WHY if
 * there is one that is damaged. */
extern int table_read (struct disk *d, uint64_t old_size,
                       struct table_facts *facts, char **why);
/* The content had OLD_SIZE, the disk has another size now: move the backup
 * GPT to its end, and let the protective MBR cover it.  0 also if there is
 * nothing to do. */
extern int table_follow (struct disk *d, uint64_t old_size, char **why);
/* May the disk be cut at SIZE: is no partition there, and all zero, but for the
 * backup GPT?  1: yes; 0: no, *WHY says what is in the way; -1: error. */
extern int table_may_shrink (struct disk *d, uint64_t size, char **why);

#endif /* CONVERT_GPT_H */
