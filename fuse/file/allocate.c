/* SPDX-License-Identifier: MIT */
/* fallocate: punching holes and writing zeroes.
 *
 * A hole reads as zeroes, but the content after NBD_CMD_TRIM is not defined.
 * So if the server supports NBD_CMD_WRITE_ZEROES both commands are sent.  At
 * the edges, parts of blocks are written. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#include "command.h"
#include "disk.h"
#include "file.h"
#include "options.h"
#include "request.h"

static void next_step (struct request *request);

static void
step_done (struct command *command)
{
  struct request *request = REQUEST_OF (command, command);
  if (command->error) {
    int error = command->error;
    request_ends_change (request);
    request_end (request, error);
    return;
  }
  next_step (request);
}

static void
range_step (struct request *request, enum operation operation, uint32_t flags,
            uint64_t begin, uint64_t end)
{
  request->command = (struct command) {
    .disk = request->disk,
    .operation = operation,
    .flags = flags,
    .offset = begin,
    .end = end,
    .done = step_done,
  };
  command_start (&request->command);
}

/* Trim all whole blocks, then write zeroes from left to right: the part of a
 * block at the beginning, whole blocks, and the part at the end. */
static void
next_step (struct request *request)
{
  struct disk *disk = request->disk;
  uint64_t minimum = disk->minimum;
  uint64_t begin = (request->offset + minimum - 1) / minimum * minimum;
  uint64_t end = request->end / minimum * minimum;
  bool punch = request->flags & FALLOC_FL_PUNCH_HOLE;

  if (request->must_trim) {
    request->must_trim = false;
    if (!disk->can_zero)
      request->position = request->end;
    if (begin < end) {
      range_step (request, TRIM, 0, begin, end);
      return;
    }
  }
  uint64_t position = request->position;
  if (position == request->end) {
    request_ends_change (request);
    request_end (request, 0);
    return;
  }
  bool whole = begin <= position && position < end;
  if (whole)
    request->position = end;
  else if (position < begin && begin < end)
    request->position = begin;
  else
    request->position = request->end;
  if (whole && disk->can_zero)
    range_step (request, ZERO, punch ? 0 : LIBNBD_CMD_FLAG_NO_HOLE, begin,
                end);
  else
    write_range (request, position, request->position, step_done);
}

static void
allocate_start (struct request *request)
{
  request_begins_change (request, false);
  if (!(request->flags & FALLOC_FL_PUNCH_HOLE))
    request->disk->allocating += request->end - request->offset;
  next_step (request);
}

void
file_allocate (fuse_req_t req, fuse_ino_t ino, int mode, off_t offset,
               off_t length, struct fuse_file_info *file)
{
  struct request *request = request_new (req, ino, file);
  if (request == NULL)
    return;
  struct disk *disk = request->disk;
  debug ("fallocate: path=%s mode=%d offset=%jd length=%jd", disk->name, mode,
         (intmax_t) offset, (intmax_t) length);

  bool punch = mode & FALLOC_FL_PUNCH_HOLE;
  int error = 0;
  if (disk->read_only)
    error = EACCES;
  else if (!punch && !(mode & FALLOC_FL_ZERO_RANGE))
    error = EOPNOTSUPP;
  else if (punch && !disk->can_trim && !disk->can_zero)
    error = EOPNOTSUPP;
  else if (!(mode & FALLOC_FL_KEEP_SIZE)
           && (uint64_t) offset + length > disk->size)
    error = ENOSPC;
  else
    error = request_late_error (request);
  request->offset = offset;
  request->end = (uint64_t) offset + length;
  if (request->end > disk->size)
    request->end = disk->size;
  if (error || request->offset >= request->end) {
    request_end (request, error);
    return;
  }
  request_fills_file (request);
  request->flags = mode;
  request->position = request->offset;
  request->must_trim = punch && disk->can_trim;
  request->resume = allocate_start;
  request_after_overlaps (request, true);
}
