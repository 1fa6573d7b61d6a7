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

struct range;
struct request;
struct scan;

struct disk {
  char *name;         /* of the file */
  const char *export; /* NULL: the endpoint says which */
  fuse_ino_t ino;
  struct timespec modified;

  struct nbd_handle *h;
  int fd;           /* of the handle, for its life */
  unsigned watched; /* directions that the loop watches for */
  bool lasting;     /* FD shows all that is to be done */
  bool patient;     /* a lost connection is made again */
  bool gone;        /* nothing can be expected of it any more */
  bool touched;
  struct disk *next;     /* that is touched */
  struct outage *outage; /* what it is told of connections, see outage.c */

  uint64_t size;
  uint64_t minimum, preferred, maximum; /* block sizes */
  bool read_only, can_flush, can_trim, can_zero, can_map, extended;
  bool mapped; /* its block status was told once */

  /* Writes under way, oldest first, and requests that wait for them. */
  struct range *ranges, **ranges_end;
  struct request *held, **held_end;
  size_t early_bytes, early_count;
  uint64_t changes;    /* counts beginnings and ends of writes */
  uint64_t allocating; /* bytes of writes so far */
  uint64_t written;    /* bytes of all changes so far */
  uint64_t flushed;    /* so many of them are on stable storage */
  unsigned changing;   /* commands in flight on which data depends */

  /* The last error of a write whose writer had been told that it was done;
   * each open file reports each error once. */
  int error;
  uint64_t errors;

  struct tool_map map;  /* what is known of its block status */
  uint64_t map_changes; /* CHANGES when that was asked for */
  struct scan *scan;    /* counts allocated blocks, see blocks.c */
};

extern struct disk *disks;
extern size_t nr_disks;

extern struct disk *disk_find (fuse_ino_t ino);
/* Bytes that are not on stable storage, as far as we know. */
extern uint64_t disk_unflushed (const struct disk *disk);
/* What is WRITTEN, without changes that are under way: what a flush that is
 * sent now makes stable. */
extern uint64_t disk_settled (const struct disk *disk);
/* Such a flush has succeeded. */
extern void disk_was_flushed (struct disk *disk, uint64_t settled);
/* Its handle can be expected to serve commands, now or after an outage. */
extern bool disk_works (const struct disk *disk);
/* The largest range of trim, zero and block status commands. */
extern uint64_t disk_reach (const struct disk *disk);
/* Something was asked of its handle, or arrived. */
extern void disk_touch (struct disk *disk);
/* The next one of those, until it is touched again; or NULL. */
extern struct disk *disk_touched (void);

/* ---- exports.c: all exports of a server, and names for their files ---- */

struct export_name {
  char *name; /* what the server calls it */
  char *file; /* what we call it */
};
/* What H says, which is negotiating.  Fails the tool if there are none. */
extern struct export_name *exports_list (struct nbd_handle *h,
                                         const char *server, size_t *count);
/* Choose a name for each file. */
extern void exports_name_files (struct export_name *names, size_t count);

/* ---- connect.c ---- */

/* Open the exports that were asked for, or fail. */
extern void disk_open_all (const struct tool_endpoint *endpoint);

#endif /* FUSE_DISK_H */
