/* SPDX-License-Identifier: MIT */
/* Requests of the kernel that wait for a server. */
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
  bool wrote_early;     /* since the last time that close waited for that */
  uint64_t errors_seen; /* DISK->errors that were reported */
  pid_t pid;            /* of the thread that has opened it */
  /* It was opened with O_TRUNC.  So the program expects that what it does not
   * fill, up to the end of what it fills, reads as zeroes. */
  bool emptied;
  bool resized; /* after that its size was set, which is the end then */
  uint64_t expected_end, filled;
};

/* A range that is being changed at the server. */
struct range {
  struct range *next, **link;
  uint64_t begin, end;
  uint64_t serial; /* DISK->changes when it began */
  bool early;      /* the write was answered already */
};

/* A link in the list of requests that are not answered, see interrupt.c. */
struct watch {
  struct request *next, **link;
};

struct request {
  struct request *next; /* in the list of held requests */
  bool held;
  struct watch watch;
  int64_t interrupted_ms; /* when the kernel told of a signal, or 0 */
  fuse_req_t req;         /* NULL: it was answered */
  pid_t pid;              /* of the thread that waits for it */
  struct disk *disk;
  struct open_file *file;
  uint64_t offset, end;
  int flags;
  struct buffer *buffer;
  char *payload; /* in the buffer */
  struct command command;
  /* For a write that covers blocks in part, see align.c. */
  struct command edge;
  struct buffer *blocks; /* whole blocks with the payload in them */
  uint64_t covered, covered_end;
  struct range range;
  uint64_t serial;    /* wait for early writes before this, or 0 */
  bool waits_for_all; /* for all overlapping changes, not only early ones */
  uint64_t position;  /* of fallocate */
  bool must_trim;
  uint64_t settles; /* of fsync, see disk_settled */
  void (*resume) (struct request *);
  /* NULL: its commands are cancelled.  Or: let the request end soon. */
  void (*cancel) (struct request *);
  void *walk; /* of lseek */
};

/* The request that has this struct command as a member of that name. */
#define REQUEST_OF(pointer, member) \
  ((struct request *) ((char *) (pointer) -offsetof (struct request, member)))

/* Make a request.  If there is no memory, answer with ENOMEM and return
 * NULL. */
extern struct request *request_new (fuse_req_t req, fuse_ino_t ino,
                                    struct fuse_file_info *file);
extern void request_free (struct request *request);
/* The thread that waits for the request is being killed: let the request end
 * soon, with EINTR. */
extern void request_cancel (struct request *request);
/* The request was answered. */
extern void request_answered (struct request *request);
/* Answer with an error number, or 0, unless it was answered, and free it. */
extern void request_end (struct request *request, int error);

/* Call RESUME when no change in progress overlaps the request's blocks; unless
 * ALL, only early writes count. */
extern void request_after_overlaps (struct request *request, bool all);
/* Call RESUME when all early writes are done that began before. */
extern void request_after_writes (struct request *request);

/* The request begins, or ends, to change its blocks at the server. */
extern void request_begins_change (struct request *request, bool early);
extern void request_ends_change (struct request *request);

/* The request changes its range for a program that has opened the file. */
extern void request_fills_file (struct request *request);
/* A program closes a file: if it relies on zeroes that are not there, print
 * that.  Return the error for the program, or 0. */
extern int request_left_out (struct request *request);

/* The error of an early write that this file has not reported yet, or 0. */
extern int request_late_error (struct request *request);

/* ---- align.c ---- */

/* Write the request's payload, or zeroes if it has none, to [OFFSET, END),
 * which need not be whole blocks. */
extern void write_range (struct request *request, uint64_t offset,
                         uint64_t end, void (*done) (struct command *));

#endif /* FUSE_REQUEST_H */
