/* SPDX-License-Identifier: MIT */
/* Writing.
 *
 * The kernel's page cache passes writes on at once, one at a time for each
 * writer.  If the writer had to wait for the server's reply to each write,
 * copying, sending and receiving would not overlap.  So a limited number of
 * bytes is answered early, before the server has replied.  If such a write
 * fails, the writer's next write, fsync or close reports the error.  fsync and
 * close wait for early writes.
 *
 * Writes to files that are open with O_DIRECT or O_SYNC are not answered
 * early, nor are those of the kernel itself, which come from mmap. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "command.h"
#include "device.h"
#include "disk.h"
#include "file.h"
#include "interrupt.h"
#include "options.h"
#include "request.h"

#define MAX_EARLY_BYTES (16 << 20)
#define MAX_EARLY_WRITES 256
/* A smaller payload is copied, so that it does not occupy a large buffer. */
#define SMALL (64 << 10)

static bool
may_be_early (const struct request *request)
{
  const struct disk *disk = request->disk;
  return !(request->flags & (O_DIRECT | O_DSYNC | O_SYNC))
         && disk->early_bytes < MAX_EARLY_BYTES
         && disk->early_count < MAX_EARLY_WRITES;
}

static void
write_done (struct command *command)
{
  struct request *request = REQUEST_OF (command, command);
  struct disk *disk = request->disk;
  int error = command->error;

  if (request->req == NULL && error) {
    tool_error ("%s: a write of %" PRIu64 " bytes at %" PRIu64
                " was lost: %s",
                disk->name, request->end - request->offset, request->offset,
                strerror (error));
    disk->error = error;
    disk->errors++;
  }
  else if (request->req && !error) {
    fuse_reply_write (request->req, request->end - request->offset);
    request_answered (request);
  }
  /* This resumes requests that wait for the write; they report the error. */
  request_ends_change (request);
  request_end (request, error);
}

static void
write_start (struct request *request)
{
  bool early = may_be_early (request);
  request_begins_change (request, early);
  request->disk->allocating += request->end - request->offset;
  if (early) {
    request->file->wrote_early = true;
    fuse_reply_write (request->req, request->end - request->offset);
    request_answered (request);
  }
  write_range (request, request->offset, request->end, write_done);
}

/* Make the payload outlive the call.  False: there is no memory. */
static bool
keep_payload (struct request *request, char *payload, size_t count)
{
  if (count >= SMALL) {
    request->buffer = device_take_buffer ();
    request->payload = payload;
    return true;
  }
  request->buffer = buffer_get (count);
  if (request->buffer == NULL)
    return false;
  request->payload = request->buffer->data;
  memcpy (request->payload, payload, count);
  return true;
}

void
file_write (fuse_req_t req, fuse_ino_t ino, struct fuse_bufvec *data,
            off_t offset, struct fuse_file_info *file)
{
  size_t count = fuse_buf_size (data);
  struct request *request = request_new (req, ino, file);
  if (request == NULL)
    return;
  struct disk *disk = request->disk;
  debug ("write: path=%s offset=%jd count=%zu", disk->name, (intmax_t) offset,
         count);

  int error = disk->read_only ? EROFS : 0;
  if (file->writepage) {
    /* No program waits for it, so it must not be interrupted. */
    interrupt_forget (request);
    request->flags |= O_DIRECT;
  }
  else if (!error)
    error = request_late_error (request);
  if (!error && (uint64_t) offset >= disk->size && count > 0)
    error = ENOSPC;
  if (error) {
    request_end (request, error);
    return;
  }
  request->offset = offset;
  request->end = offset + count;
  if (request->end > disk->size)
    request->end = disk->size;
  count = request->end - request->offset;
  if (count == 0) {
    fuse_reply_write (req, 0);
    request_free (request);
    return;
  }
  request_fills_file (request);
  if (!keep_payload (request, data->buf[0].mem, count)) {
    request_end (request, ENOMEM);
    return;
  }
  request->resume = write_start;
  request_after_overlaps (request, true);
}

static void
flush_start (struct request *request)
{
  int error = request_late_error (request);
  request_end (request, error ? error : request_left_out (request));
}

/* A file descriptor is closed: close can still report errors. */
void
file_flush (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file)
{
  struct request *request = request_new (req, ino, file);
  if (request == NULL)
    return;
  debug ("flush: path=%s", request->disk->name);
  /* Writes of others need not be waited for. */
  if (!request->file->wrote_early) {
    flush_start (request);
    return;
  }
  request->file->wrote_early = false;
  request->resume = flush_start;
  request_after_writes (request);
}

static void
fsync_done (struct command *command)
{
  struct request *request = REQUEST_OF (command, command);
  if (!command->error)
    disk_was_flushed (request->disk, request->settles);
  request_end (request, command->error);
}

static void
fsync_start (struct request *request)
{
  struct disk *disk = request->disk;
  int error = request_late_error (request);
  if (error || disk->read_only || !disk->can_flush) {
    request_end (request, error);
    return;
  }
  request->settles = disk_settled (disk);
  request->command = (struct command) {
    .disk = disk,
    .operation = FLUSH,
    .done = fsync_done,
  };
  command_start (&request->command);
}

void
file_fsync (fuse_req_t req, fuse_ino_t ino, int only_data,
            struct fuse_file_info *file)
{
  (void) only_data;
  struct request *request = request_new (req, ino, file);
  if (request == NULL)
    return;
  debug ("fsync: path=%s", request->disk->name);
  request->resume = fsync_start;
  request_after_writes (request);
}
