/* SPDX-License-Identifier: MIT */
/* nbdfuse: exports of an NBD server as files.
 *
 * One thread runs one event loop over the FUSE device and all connections.
 * What the kernel asks for becomes asynchronous NBD commands, and it is
 * answered from their completion: nothing in here blocks, so nothing needs
 * a lock.
 */
#ifndef NBDFUSE_H
#define NBDFUSE_H

#define FUSE_USE_VERSION 312

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
/* A connection serves only so many parts of one command at a time. */
#define MAX_PARTS 16

struct disk;
struct request;

/* ---- What the command line said. ---- */
struct options {
  int64_t connections;          /* 0: not said */
  bool read_only;
  bool verbose;
  bool exports;                 /* all of them, in a directory */
  const char *pidfile;
  char *mountpoint;
  char *filename;               /* in it, or NULL: the mount point itself */
  struct fuse_args fuse;        /* for libfuse */
  unsigned uid, gid;
  int kernel_cache, direct_io, read_only_mount;
  double attr_timeout, entry_timeout;
};
extern struct options options;

/* On standard error, if --verbose was given. */
extern void debug (const char *format, ...)
  __attribute__ ((format (printf, 1, 2)));

/* ---- buffer.c: page-aligned memory that is used again ---- */

struct buffer {
  struct buffer *next;
  size_t size;
  char *data;
};
extern struct buffer *buffer_get (size_t size);         /* NULL: no memory */
extern void buffer_put (struct buffer *buffer);         /* may be NULL */

/* ---- disk.c: an export and its connections ---- */

struct connection {
  struct disk *disk;
  struct nbd_handle *h;
  int fd;
  unsigned watched;             /* directions that the loop watches for */
  bool gone;                    /* nothing can be expected of it */
  bool touched;
  struct connection *next;      /* that is touched */
};

/* Bytes that are being changed at the server. */
struct range {
  struct range *next, **link;
  uint64_t begin, end;
  uint64_t serial;              /* of the disk's changes, increasing */
  bool early;                   /* the writer has been told: done */
};

/* One extent of a map: it begins where the one before ends. */
struct extent {
  uint64_t end, flags;
};

/* What is known of the server's block status. */
struct map {
  uint64_t begin, end;          /* empty: nothing is known */
  uint64_t changes;             /* of the disk when it was asked for */
  struct extent *extents;
  size_t count, room;
};

struct disk {
  char *name;                   /* of the file */
  const char *export;           /* NULL: the endpoint says which */
  fuse_ino_t ino;
  struct timespec modified;

  struct connection *connections;
  unsigned nr_connections, wanted, turn, burst;
  uint64_t size;
  uint64_t minimum, preferred, maximum; /* block sizes */
  bool read_only, can_flush, can_trim, can_zero, can_map, wide;
  bool mapped;                  /* its block status was told once */

  /* Writes under way, oldest first, and requests that wait for them. */
  struct range *ranges, **ranges_end;
  struct request *held, **held_end;
  size_t early_bytes, early_count;
  uint64_t changes;             /* counts beginnings and ends of writes */
  uint64_t allocating;          /* bytes of writes so far */
  bool dirty;                   /* something was written and not flushed */

  /* The last error of a write whose writer had been told that it was done;
   * each open file reports each error once. */
  int error;
  uint64_t errors;

  struct map map;
  struct tool_reach reach;      /* of the next query */
  struct scan *scan;            /* counts allocated blocks, see blocks.c */
};

extern struct disk *disks;
extern size_t nr_disks;

extern struct disk *disk_find (fuse_ino_t ino);
/* It has not broken. */
extern bool connection_works (const struct connection *connection);
/* A connection that works, for a command of this length, or NULL. */
extern struct connection *disk_connection (struct disk *disk,
                                           uint64_t length);
/* The largest range of trim, zero and block status commands. */
extern uint64_t disk_reach (const struct disk *disk);
/* Something was asked of it, or arrived. */
extern void connection_touch (struct connection *connection);
/* The next one of those, until it is touched again; or NULL. */
extern struct connection *connection_touched (void);

/* ---- connect.c: opening disks ---- */

extern void disk_open_all (const struct tool_endpoint *endpoint);

/* ---- exports.c: all exports of a server ---- */

struct export_name {
  char *name;                   /* what the server calls it */
  char *file;                   /* what we call it */
};
/* What H says, which is negotiating.  Fails the tool if there are none. */
extern struct export_name *exports_list (struct nbd_handle *h,
                                         const char *server, size_t *count);
/* Choose a name for each file. */
extern void exports_name_files (struct export_name *names, size_t count);

/* ---- completed.c: what happens after a command ---- */

/* A completion callback runs inside of libnbd, with the handle locked.  So it
 * only leaves word here, and the loop calls FUNCTION afterwards. */
struct completed {
  struct completed *next;
  void (*function) (struct completed *);
  int error;
};
extern void completed_later (struct completed *completed);
extern bool completed_run (void);       /* there was something */

/* ---- command.c: one operation on a range, in as many parts as needed ---- */

enum operation { READ, WRITE, TRIM, ZERO, FLUSH };

struct command {
  struct disk *disk;
  enum operation operation;
  uint32_t flags;
  uint64_t offset, end;
  char *data;                   /* of offset; unless zeroes are written */
  bool for_reader;              /* nothing that is written depends on it */
  void (*done) (struct command *);
  /* The rest is set by command_start. */
  uint64_t position;            /* what comes before was issued */
  unsigned parts;               /* not completed */
  int error;                    /* 0 or an errno for the user */
};
/* Begin.  DONE is called once, perhaps before this returns. */
extern void command_start (struct command *command);
extern unsigned changes_in_flight;      /* all but those for readers */

/* ---- request.c: requests of the kernel that take their time ---- */

struct open_file {
  struct disk *disk;
  uint64_t errors_seen;
};

struct request {
  struct request *next;         /* while it is held */
  fuse_req_t req;               /* NULL: it has been answered */
  struct disk *disk;
  struct open_file *file;
  uint64_t offset, end;
  int flags;
  struct buffer *buffer;
  char *payload;                /* in the buffer */
  struct command command;
  /* Of a write that covers blocks in part, see align.c. */
  struct command edge;
  struct buffer *spare;
  uint64_t covered, covered_end;
  struct range range;
  uint64_t serial;              /* waits for changes before this, or 0 */
  bool waits_for_all;           /* overlapping writes, not early ones only */
  uint64_t position;            /* of fallocate */
  bool trim;
  void (*resume) (struct request *);
};

/* The request that a command of the same name belongs to. */
#define REQUEST_OF(pointer, member) \
  ((struct request *) ((char *) (pointer) - offsetof (struct request, member)))

extern struct request *request_new (fuse_req_t req, fuse_ino_t ino,
                                    struct fuse_file_info *file);
extern void request_free (struct request *request);
/* Answer with an error number, or 0, and free it. */
extern void request_end (struct request *request, int error);

/* Call RESUME now, or once no write under way (if ALL; else none that its
 * writer believes done) overlaps the request's blocks. */
extern void request_after_overlaps (struct request *request, bool all);
/* The same, once all writes are done that their writers believe done. */
extern void request_after_writes (struct request *request);

/* Between these two the request's blocks are being changed. */
extern void request_begins_change (struct request *request, bool early);
extern void request_ends_change (struct request *request);

/* The error of an earlier write that this file has not reported yet. */
extern int request_late_error (struct request *request);

/* ---- read.c, write.c, allocate.c, seek.c, blocks.c, tree.c ---- */

extern void file_read (fuse_req_t req, fuse_ino_t ino, size_t count,
                       off_t offset, struct fuse_file_info *file);
extern void file_write (fuse_req_t req, fuse_ino_t ino,
                        struct fuse_bufvec *data, off_t offset,
                        struct fuse_file_info *file);
extern void file_flush (fuse_req_t req, fuse_ino_t ino,
                        struct fuse_file_info *file);
extern void file_fsync (fuse_req_t req, fuse_ino_t ino, int only_data,
                        struct fuse_file_info *file);
extern void file_allocate (fuse_req_t req, fuse_ino_t ino, int mode,
                           off_t offset, off_t length,
                           struct fuse_file_info *file);
extern void file_seek (fuse_req_t req, fuse_ino_t ino, off_t offset,
                       int whence, struct fuse_file_info *file);
extern const struct fuse_lowlevel_ops tree_operations;

/* align.c: write the request's payload, or zeroes if it has none, to
 * [offset, end), also where blocks are larger. */
extern void write_range (struct request *request, uint64_t offset,
                         uint64_t end, void (*done) (struct command *));

/* Walk over the block status of a disk from POSITION to its end. */
struct walk {
  struct disk *disk;
  uint64_t position;
  int64_t deadline_ms;          /* no query is sent after this */
  /* True: stop, and leave the position where it is. */
  bool (*visit) (struct walk *, uint64_t end, uint64_t flags);
  /* At the end, when stopped, or with less than that if it cannot go on. */
  void (*done) (struct walk *, bool complete);
};
extern void walk_start (struct walk *walk);

/* Count what is allocated, then call DONE with the number of 512 byte blocks;
 * what is not known after a moment counts as allocated, see blocks.c. */
extern void blocks_count (struct disk *disk,
                          void (*done) (void *opaque, uint64_t blocks),
                          void *opaque);
/* Milliseconds until blocks_expire has something to do, or -1. */
extern int blocks_timeout (void);
extern void blocks_expire (void);

/* ---- mountpoint.c ---- */

/* Look at the mount point, or fail. */
extern void mount_check (const char *argument);
extern void mount_check_pidfile (void);

/* ---- pidfile.c ---- */

/* Programs wait for the file to appear, so it is written when all is ready,
 * and removed at the end.  It may be a fifo. */
extern void pidfile_write (void);

/* ---- mount.c ---- */

extern void mount_option (const char *option);
extern void mount_options_parse (void);
extern struct fuse_session *mount_session (void);
extern void mount_tune (void);          /* read-ahead; after INIT */
extern void mount_detach (void);        /* may call into the file system */
extern void mount_end (void);
extern void mount_help (void);

/* ---- loop.c ---- */

/* The buffer of the request that is being dispatched, with its payload: who
 * takes it becomes its owner. */
extern struct buffer *loop_take_buffer (void);
/* Block signals, which the loop will receive. */
extern void loop_prepare (void);
/* Serve until the mount is gone, or a signal came and its time is over. */
extern void loop_run (struct fuse_session *session);
/* Wait for events, until the deadline unless it is 0, and do what they ask
 * for. */
extern void loop_turn (int64_t deadline_ms);
/* The mount is gone, and nobody can take the answer to a read. */
extern bool loop_is_unmounted (void);
/* The same, or it will soon be gone. */
extern bool loop_is_ending (void);

/* ---- leave.c ---- */

/* A signal came.  True if it is the first one. */
extern bool leave_signal (int number);
/* When the end must be over, or 0: there is no end yet. */
extern int64_t leave_deadline (void);
extern bool leave_is_late (void);
/* Wait for what was written, and flush it.  False if something is lost. */
extern bool leave_disks (void);
/* However the program ends: if connecting H has started a server, it has
 * limited time to end. */
extern void leave_watch_server (struct nbd_handle *h);
/* Close the connection to a server that was started, and wait until it has
 * ended.  False if it had to be killed. */
extern bool leave_server (void);
/* End by the signal that came, or with a status. */
extern void leave (bool good) __attribute__ ((noreturn));

#endif /* NBDFUSE_H */
