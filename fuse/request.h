/* SPDX-License-Identifier: MIT */
/* Requests of the kernel that take their time. */
#ifndef FUSE_REQUEST_H
#define FUSE_REQUEST_H

#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "command.h"
#include "disk.h"

struct open_file {
  struct disk *disk;
  bool wrote_early; /* since it last waited for that */
  uint64_t errors_seen;
};

/* Bytes that are being changed at the server. */
struct range {
  struct range *next, **link;
  uint64_t begin, end;
  uint64_t serial; /* of the disk's changes, increasing */
  bool early;      /* the writer has been told: done */
};

/* In the list of those that are not answered, see interrupt.c. */
struct watch {
  struct request *next, **link;
};

struct request {
  struct request *next; /* while it is held */
  bool held;
  struct watch watch;
  int64_t interrupted_ms; /* when a signal came for who asked, or 0 */
  fuse_req_t req;         /* NULL: it has been answered */
  pid_t pid;              /* of the thread that waits for it */
  struct disk *disk;
  struct open_file *file;
  uint64_t offset, end;
  int flags;
  struct buffer *buffer;
  char *payload; /* in the buffer */
  struct command command;
  /* Of a write that covers blocks in part, see align.c. */
  struct command edge;
  struct buffer *blocks; /* with the payload between edges */
  uint64_t covered, covered_end;
  struct range range;
  uint64_t serial;    /* waits for changes before this, or 0 */
  bool waits_for_all; /* overlapping writes, not early ones only */
  uint64_t position;  /* of fallocate */
  bool must_trim;
  uint64_t settles; /* what fsync will have flushed, see disk_settled */
  void (*resume) (struct request *);
  /* Have it end soon, if that is not done by ending its commands. */
  void (*cancel) (struct request *);
  void *walk; /* of lseek */
};

/* The request that a command of the same name belongs to. */
#define REQUEST_OF(pointer, member) \
  ((struct request *) ((char *) (pointer) -offsetof (struct request, member)))

extern struct request *request_new (fuse_req_t req, fuse_ino_t ino,
                                    struct fuse_file_info *file);
extern void request_free (struct request *request);
/* Who asked needs no answer any more: let it end soon, with EINTR. */
extern void request_cancel (struct request *request);
/* It has been answered. */
extern void request_answered (struct request *request);
/* Answer with an error number, or 0, and free it. */
extern void request_end (struct request *request, int error);

/* Call RESUME as soon as no change that is under way overlaps the request's
 * blocks; unless ALL, only those count whose writers were told: done. */
extern void request_after_overlaps (struct request *request, bool all);
/* Call it as soon as all earlier writes are done whose writers were told so. */
extern void request_after_writes (struct request *request);

/* Between these two the request's blocks are being changed. */
extern void request_begins_change (struct request *request, bool early);
extern void request_ends_change (struct request *request);

/* The error of an earlier write that this file has not reported yet. */
extern int request_late_error (struct request *request);

/* ---- align.c ---- */

/* Write the request's payload, or zeroes if it has none, to
 * [offset, end), also where blocks are larger. */
extern void write_range (struct request *request, uint64_t offset,
                         uint64_t end, void (*done) (struct command *));

#endif /* FUSE_REQUEST_H */
