/* SPDX-License-Identifier: MIT */
/* Partition tables as they are on a disk, for the files of this folder.
 *
 * Whatever is read from the disk is checked before it is used: where it is,
 * how large it is, and that sums do not overflow. */
#ifndef CONVERT_TABLE_H
#define CONVERT_TABLE_H

#include <endian.h>
#include <string.h>

#include "gpt.h"

#define BOOT_SECTOR \
  512u                                   /* what an MBR takes, and less than
                                           any sector */
#define GPT_ARRAY_MAX (4u * 1024 * 1024) /* of entries; usual are 16 KiB */
#define GPT_HEADER_MAX 512u

/* Numbers on disks have their lowest byte first. */
static inline uint32_t
get32 (const unsigned char *p)
{
  uint32_t n;

  memcpy (&n, p, sizeof n);
  return le32toh (n);
}

static inline uint64_t
get64 (const unsigned char *p)
{
  uint64_t n;

  memcpy (&n, p, sizeof n);
  return le64toh (n);
}

static inline void
put32 (unsigned char *p, uint32_t n)
{
  n = htole32 (n);
  memcpy (p, &n, sizeof n);
}

static inline void
put64 (unsigned char *p, uint64_t n)
{
  n = htole64 (n);
  memcpy (p, &n, sizeof n);
}

/* ---- list.c ---- */

/* 0, or -1 with *WHY. */
extern int list_add (struct partitions *p, unsigned number, uint64_t start,
                     uint64_t length, char **why);

/* ---- mbr.c ---- */

struct mbr {
  bool is_there;  /* has the signature and sensible entries */
  bool is_gpt;    /* an entry protects all of the disk, or some of it */
  bool is_hybrid; /* there are others, too */
  bool is_odd;    /* one protects, but not from sector 1 on */
  unsigned slot;  /* of the entry that protects */
  unsigned count; /* of partitions, with logical ones */
  uint64_t end;   /* of the last of them, in sectors of 512 bytes */
};

struct mbr_entry {
  unsigned active, type;
  uint64_t first, length;
};

#define MBR_SLOTS 4u
#define MBR_FIRST_LOGICAL 5u

/* Of any sector with such entries, and this index, from 0 on. */
extern struct mbr_entry mbr_entry (const unsigned char sector[BOOT_SECTOR],
                                   unsigned slot);
/* Does it contain the logical partitions? */
extern bool mbr_is_extended (const struct mbr_entry *e);
/* Give the entry another place, relative to BASE. */
extern void mbr_place (unsigned char sector[BOOT_SECTOR], unsigned slot,
                       uint64_t first, uint64_t length, uint64_t base);
/* The entry of the first sector, in sectors; false: it is empty, or contains
 * the logical partitions. */
extern bool mbr_partition (const unsigned char sector[BOOT_SECTOR],
                           unsigned i, uint64_t *first, uint64_t *length);

/* SECTOR is the disk's first. */
extern void mbr_parse (struct mbr *m,
                       const unsigned char sector[BOOT_SECTOR]);
/* Count the logical partitions, too, and list them if LIST is not NULL. */
extern int mbr_read_logical (struct mbr *m, struct disk *d,
                             const unsigned char sector[BOOT_SECTOR],
                             struct partitions *list, char **why);
/* TAKE is called for each sector of the chain of logical partitions that begins
 * where the extended one does; AT is where it is. */
typedef int mbr_link (void *opaque, const unsigned char sector[BOOT_SECTOR],
                      uint64_t at, char **why);
extern int mbr_walk (struct disk *d, uint64_t extended, mbr_link *take,
                     void *opaque, char **why);
/* The partition of such a sector, relative to it; false: it has none. */
extern bool mbr_logical (const unsigned char sector[BOOT_SECTOR],
                         struct mbr_entry *e);
/* Let the protecting entry of SECTOR cover as much as that of OTHER, whose
 * first entry protects. */
extern void mbr_take_size (const struct mbr *m,
                           unsigned char sector[BOOT_SECTOR],
                           const unsigned char other[BOOT_SECTOR]);

/* ---- header.c: one of the two copies of a GPT ---- */

struct gpt_copy {
  unsigned char raw[GPT_HEADER_MAX]; /* its header, as it is on the disk */
  unsigned char *array;              /* length * sector bytes */
  unsigned sector;                   /* size of one */
  uint64_t own, alternate;           /* sectors of both headers */
  uint64_t first_usable, last_usable;
  uint64_t entries; /* the sector where the array begins */
  uint64_t length;  /* sectors that it takes */
  uint32_t count, entry_size;
};

/* The sum of Ethernet and zip, without what it begins and ends with. */
extern uint32_t crc_more (uint32_t crc, const unsigned char *p,
                          size_t length);

enum found { FOUND_NONE, FOUND_DAMAGED, FOUND };

/* The copy whose header is in this sector of a disk that has, or had, SECTORS
 * of them; its array is to be freed if it is FOUND.  FOUND_DAMAGED with *WHY;
 * -1 with *WHY if it cannot be read. */
extern int gpt_read (struct disk *d, unsigned sector, uint64_t at,
                     uint64_t sectors, struct gpt_copy *h, char **why);
/* Do both describe the same partitions of the same disk? */
extern bool gpt_same_partitions (const struct gpt_copy *a,
                                 const struct gpt_copy *b);
/* Give this entry another place, and the sums what fits to it. */
extern void gpt_place (struct gpt_copy *h, uint32_t entry, uint64_t first,
                       uint64_t last);
/* Cut the usable sectors after LAST_USABLE and let the backup be in
 * ALTERNATE. */
extern void gpt_cut (struct gpt_copy *h, uint64_t last_usable,
                     uint64_t alternate);

/* ---- table.c: all of it ---- */

struct disk_table {
  struct table_facts facts;
  unsigned char boot[BOOT_SECTOR];
  struct mbr mbr;
  /* Of a GPT.  The backup has no array if it was cut off with the end of the
   * disk. */
  struct gpt_copy primary, backup;
};

extern int table_load (struct disk *d, uint64_t old_size,
                       struct disk_table *t, char **why);
/* With the logical partitions of an MBR, which matter to nothing but who wants
 * to know all partitions. */
extern int table_load_all (struct disk *d, uint64_t old_size,
                           struct disk_table *t, char **why);
extern void table_unload (struct disk_table *t);
/* The next partition of the GPT from entry *I on, which becomes the index
 * behind it; false: there is none. */
extern bool table_next (const struct disk_table *t, uint32_t *i,
                        struct partition *p);
/* The entry of a partition of the GPT, from 0 on. */
extern const unsigned char *table_entry (const struct disk_table *t,
                                         uint32_t i);
/* Does a partition of the GPT use one of these sectors? */
extern bool table_uses (const struct disk_table *t, uint64_t first,
                        uint64_t end);
/* What the backup takes on a disk of SIZE: from sector *FIRST to the last
 * one.  -1 with *WHY if there is no room for it. */
extern int table_backup_place (const struct disk_table *t, uint64_t size,
                               uint64_t *first, char **why);

/* *WHY is said like this, to be freed; -1. */
extern int table_fault (char **why, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

/* ---- move.c ---- */

/* Let the table of a GPT disk, which is T, fit to the size of D. */
extern int table_move (struct disk *d, const struct disk_table *t,
                       char **why);

/* ---- libfdisk.c, or libfdisk-none.c ---- */

/* Write the GPT in the file FD again, its backup at the end.  It has sectors
 * of this size.  libfdisk sees this file and nothing else of the machine. */
extern int libfdisk_move_backup (int fd, unsigned sector, char **why);

#endif /* CONVERT_TABLE_H */
