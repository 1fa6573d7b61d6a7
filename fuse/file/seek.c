/* SPDX-License-Identifier: MIT */
/* lseek with SEEK_DATA and SEEK_HOLE. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "disk.h"
#include "file.h"
#include "options.h"
#include "request.h"
#include "status.h"

/* The limit for one lseek, since a server may answer slowly or for short ranges
 * only. */
#define PATIENCE_MS 5000

struct seek {
  struct walk walk;
  struct request *request;
  int whence;
};

/* Whether the extent is data or a hole, as WHENCE asks for.  Whatever reads as
 * zeroes is a hole. */
static bool
found (struct walk *walk, uint64_t end, uint64_t flags)
{
  const struct seek *seek = (struct seek *) walk;
  (void) end;
  bool hole = flags & LIBNBD_STATE_ZERO;
  return hole == (seek->whence == SEEK_HOLE);
}

static void
seek_done (struct walk *walk, bool complete)
{
  struct seek *seek = (struct seek *) walk;
  struct request *request = seek->request;
  uint64_t size = request->disk->size;
  uint64_t result = walk->position;

  /* Unknown ranges count as data.  So if nothing was found out, the next hole
   * is at the end.  Otherwise the result is the position that was reached,
   * from which a search for data continues. */
  if (!complete && seek->whence == SEEK_HOLE && result == request->offset)
    result = size;
  if (result >= size && seek->whence == SEEK_DATA) {
    fuse_reply_err (request->req, ENXIO);
  }
  else {
    fuse_reply_lseek (request->req, result);
  }
  request_free (request);
  walk_forget (walk);
  free (seek);
}

static void
cancel_seek (struct request *request)
{
  walk_stop (request->walk);
}

static void
seek_start (struct request *request)
{
  struct seek *seek = malloc (sizeof *seek);
  if (seek == NULL) {
    request_end (request, ENOMEM);
    return;
  }
  *seek = (struct seek) {
    .walk = {
      .disk = request->disk, .position = request->offset,
      .deadline_ms = tool_now_ms () + PATIENCE_MS,
      .visit = found, .done = seek_done,
    },
    .request = request, .whence = request->flags,
  };
  request->walk = &seek->walk;
  request->cancel = cancel_seek;
  walk_start (&seek->walk);
}

void
file_seek (fuse_req_t req, fuse_ino_t ino, off_t offset, int whence,
           struct fuse_file_info *file)
{
  struct request *request = request_new (req, ino, file);
  if (request == NULL)
    return;
  struct disk *disk = request->disk;
  debug ("lseek: path=%s offset=%jd whence=%d", disk->name, (intmax_t) offset,
         whence);
  if (whence != SEEK_DATA && whence != SEEK_HOLE) {
    request_end (request, EINVAL);
    return;
  }
  if (offset < 0 || (uint64_t) offset >= disk->size) {
    request_end (request, ENXIO);
    return;
  }
  request->offset = offset;
  request->flags = whence;
  request->resume = seek_start;
  request_after_writes (request);
}
