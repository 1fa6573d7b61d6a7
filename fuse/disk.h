/* SPDX-License-Identifier: MIT */
/* An export and its handle. */
#ifndef FUSE_DISK_H
#define FUSE_DISK_H

#include <fuse_lowlevel.h>
#include <libnbd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "extents.h"
#include "tool.h"

/* The kernel never sends or asks for more than this at a time. */
#define MAX_PAYLOAD (1 << 20)

struct open_file;
struct range;
struct request;
struct scan;

struct disk {
  char *name;         /* of the file */
  const char *export; /* NULL: that of the endpoint */
  fuse_ino_t ino;
  struct timespec modified;

  struct nbd_handle *h;
  int fd;                /* of the handle; it never changes */
  unsigned watched;      /* directions that the loop watches for */
  bool lasting;          /* see is_lasting in connect.c */
  bool patient;          /* a lost connection is made again */
  bool gone;             /* the handle is dead */
  bool touched;          /* in the list of disk_touch */
  struct disk *next;     /* in that list */
  struct outage *outage; /* see outage.c */

  uint64_t size;
  uint64_t minimum, preferred, maximum; /* block sizes */
  bool read_only, can_flush, can_trim, can_zero, can_map, extended;
  bool mapped; /* the server has answered a block status request */

  struct open_file *opened; /* the last one that was opened, or NULL */

  /* Changes in progress, oldest first, and requests that wait for them. */
  struct range *ranges, **ranges_end;
  struct request *held, **held_end;
  size_t early_bytes, early_count; /* of early writes, see write.c */
  uint64_t changes;                /* counts beginnings and ends of changes */
  uint64_t allocating;             /* bytes of writes so far */
  uint64_t written;                /* bytes of all changes so far */
  uint64_t flushed;  /* so many of these are on stable storage */
  unsigned changing; /* commands in progress on which data depends */

  /* The number of early writes that failed, and the error of the last one;
   * each open file reports each error once. */
  int error;
  uint64_t errors;

  struct tool_map map;  /* a part of its block status */
  uint64_t map_changes; /* CHANGES when that was asked for */
  struct scan *scan;    /* counts allocated blocks, see blocks.c */
};

extern struct disk *disks;
extern size_t nr_disks;

/* The disk with this inode number, or NULL. */
extern struct disk *disk_find (fuse_ino_t ino);
/* How many bytes are not known to be on stable storage. */
extern uint64_t disk_unflushed (const struct disk *disk);
/* WRITTEN without changes in progress: what a flush that is sent at this
 * moment makes stable. */
extern uint64_t disk_settled (const struct disk *disk);
/* A flush has succeeded; SETTLED is the value when it was sent. */
extern void disk_was_flushed (struct disk *disk, uint64_t settled);
/* Whether the handle is alive.  It may be in an outage. */
extern bool disk_works (const struct disk *disk);
/* The largest range of trim, zero and block status commands. */
extern uint64_t disk_reach (const struct disk *disk);
/* A command was issued on the disk's handle, or the handle has read. */
extern void disk_touch (struct disk *disk);
/* Take the next disk that was touched from the list; NULL if there is none. */
extern struct disk *disk_touched (void);

/* ---- exports.c: all exports of a server, and names for their files ---- */

struct export_name {
  char *name; /* the server's name for it */
  char *file; /* the name of its file */
};
/* Ask for the exports with H, which is negotiating.  The tool fails if there
 * are none. */
extern struct export_name *exports_list (struct nbd_handle *h,
                                         const char *server, size_t *count);
/* Choose a name for each file. */
extern void exports_name_files (struct export_name *names, size_t count);

/* ---- connect.c ---- */

/* Open the export, or all exports, that the options ask for, or fail. */
extern void disk_open_all (const struct tool_endpoint *endpoint);

#endif /* FUSE_DISK_H */
