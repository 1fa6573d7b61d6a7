/* SPDX-License-Identifier: MIT */
/* Partition tables on a disk, for the files of this directory.
 *
 * Everything that is read from the disk is checked before it is used:
 * offsets, sizes, and that sums do not overflow. */
#ifndef CONVERT_TABLE_H
#define CONVERT_TABLE_H

#include <endian.h>
#include <string.h>

#include "gpt.h"

/* Bytes of an MBR; no sector is smaller. */
#define BOOT_SECTOR 512u
/* The most bytes of all entries; usual are 16 KiB. */
#define GPT_ARRAY_MAX (4u * 1024 * 1024)
#define GPT_HEADER_MAX 512u

/* Numbers in partition tables are little-endian. */
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

/* Append a partition.  Returns 0, or -1 with *WHY. */
extern int list_add (struct partitions *p, unsigned number, uint64_t start,
                     uint64_t length, char **why);

/* ---- mbr.c ---- */

struct mbr {
  bool is_there;  /* it has the signature and valid entries */
  bool is_gpt;    /* an entry of the type that protects a GPT begins in sector
                     1 */
  bool is_hybrid; /* besides, there are other entries */
  bool is_odd;    /* an entry of that type begins elsewhere */
  unsigned slot;  /* index of the protective entry */
  unsigned count; /* number of partitions, with logical ones if they were
                     read */
  uint64_t end;   /* of the last of these, in sectors of 512 bytes */
};

struct mbr_entry {
  unsigned active, type;
  uint64_t first, length;
};

#define MBR_SLOTS 4u
#define MBR_FIRST_LOGICAL 5u

/* The entry of this index, from 0 on.  Links of the chain of logical
 * partitions have entries at the same place. */
extern struct mbr_entry mbr_entry (const unsigned char sector[BOOT_SECTOR],
                                   unsigned slot);
/* Whether the entry is an extended partition, which contains the logical
 * ones. */
extern bool mbr_is_extended (const struct mbr_entry *e);
/* Set the place of an entry, relative to BASE. */
extern void mbr_place (unsigned char sector[BOOT_SECTOR], unsigned slot,
                       uint64_t first, uint64_t length, uint64_t base);
/* Get the place of a partition of the first sector, in sectors.  Returns
 * false if the entry is empty, protects a GPT, or contains the logical
 * partitions. */
extern bool mbr_partition (const unsigned char sector[BOOT_SECTOR],
                           unsigned i, uint64_t *first, uint64_t *length);

/* Parse the first sector of a disk. */
extern void mbr_parse (struct mbr *m,
                       const unsigned char sector[BOOT_SECTOR]);
/* Count the logical partitions, and append them to LIST if it is not NULL.
 * Returns 0, or -1 with *WHY. */
extern int mbr_read_logical (struct mbr *m, struct disk *d,
                             const unsigned char sector[BOOT_SECTOR],
                             struct partitions *list, char **why);
/* Call TAKE for each sector of the chain of logical partitions, which begins
 * in the first sector of the extended partition.  AT is the number of the
 * sector.  Returns 0, or -1 with *WHY. */
typedef int mbr_link (void *opaque, const unsigned char sector[BOOT_SECTOR],
                      uint64_t at, char **why);
extern int mbr_walk (struct disk *d, uint64_t extended, mbr_link *take,
                     void *opaque, char **why);
/* Get the logical partition of a sector of the chain, relative to this
 * sector.  Returns false if it has none. */
extern bool mbr_logical (const unsigned char sector[BOOT_SECTOR],
                         struct mbr_entry *e);
/* Let the protective entry of SECTOR cover as much as the first entry of
 * OTHER, which protects, too. */
extern void mbr_take_size (const struct mbr *m,
                           unsigned char sector[BOOT_SECTOR],
                           const unsigned char other[BOOT_SECTOR]);

/* ---- header.c: one of the two copies of a GPT ---- */

struct gpt_copy {
  unsigned char raw[GPT_HEADER_MAX]; /* the header as it is on the disk */
  unsigned char *array;              /* of LENGTH sectors; NULL if this copy
                                        was not read */
  unsigned sector;                   /* bytes of a sector */
  uint64_t own, alternate;           /* sectors of this header and of the
                                        other one */
  uint64_t first_usable, last_usable;
  uint64_t entries; /* first sector of the array */
  uint64_t length;  /* number of sectors of the array */
  uint32_t count, entry_size;
};

/* CRC-32 as in Ethernet and zip, without the inversion at the beginning and
 * the end. */
extern uint32_t crc_more (uint32_t crc, const unsigned char *p,
                          size_t length);

enum found { FOUND_NONE, FOUND_DAMAGED, FOUND };

/* Read the copy whose header is in sector AT of a disk that has, or had,
 * SECTORS sectors.  If it returns FOUND, the caller frees the array.
 * FOUND_DAMAGED and -1 (it cannot be read) come with *WHY. */
extern int gpt_read (struct disk *d, unsigned sector, uint64_t at,
                     uint64_t sectors, struct gpt_copy *h, char **why);
/* Whether both copies describe the same partitions of the same disk. */
extern bool gpt_same_partitions (const struct gpt_copy *a,
                                 const struct gpt_copy *b);
/* Set the place of an entry, and update the checksums. */
extern void gpt_place (struct gpt_copy *h, uint32_t entry, uint64_t first,
                       uint64_t last);
/* Set the last usable sector, and the sector of the other copy. */
extern void gpt_cut (struct gpt_copy *h, uint64_t last_usable,
                     uint64_t alternate);

/* ---- table.c: the whole table ---- */

struct disk_table {
  struct table_facts facts;
  unsigned char boot[BOOT_SECTOR];
  struct mbr mbr;
  /* The two copies of a GPT.  The backup has no array if it was cut off with
   * the end of the disk. */
  struct gpt_copy primary, backup;
};

extern int table_load (struct disk *d, uint64_t old_size,
                       struct disk_table *t, char **why);
/* The same, and read the logical partitions of an MBR as well. */
extern int table_load_all (struct disk *d, uint64_t old_size,
                           struct disk_table *t, char **why);
extern void table_unload (struct disk_table *t);
/* Get the next partition of the GPT from entry *I on, and set *I behind it.
 * Returns false if there is none. */
extern bool table_next (const struct disk_table *t, uint32_t *i,
                        struct partition *p);
/* The entry of the GPT with this index, from 0 on. */
extern const unsigned char *table_entry (const struct disk_table *t,
                                         uint32_t i);
/* Whether a partition of the GPT uses any of these sectors. */
extern bool table_uses (const struct disk_table *t, uint64_t first,
                        uint64_t end);
/* Where the backup is to be on a disk of SIZE: from sector *FIRST to the last
 * one.  Returns 0, or -1 with *WHY if it does not fit. */
extern int table_backup_place (const struct disk_table *t, uint64_t size,
                               uint64_t *first, char **why);

/* Set *WHY to this message, to be freed.  Returns -1. */
extern int table_fault (char **why, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

/* ---- move.c ---- */

/* Move the backup of T, the GPT of the disk, to where it belongs on D.
 * Returns 0, or -1 with *WHY. */
extern int table_move (struct disk *d, const struct disk_table *t,
                       char **why);

/* ---- libfdisk.c, or none/libfdisk.c ---- */

/* Rewrite the GPT in the file FD, with its backup at the end.  The file has
 * sectors of this size.  libfdisk sees nothing but this file.  Returns 0, or
 * -1 with *WHY. */
extern int libfdisk_move_backup (int fd, unsigned sector, char **why);

#endif /* CONVERT_TABLE_H */
