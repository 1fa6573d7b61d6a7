/* SPDX-License-Identifier: MIT */
/* Requests, and what they wait for.
 *
 * Most writes are answered before the server has replied, so that the writer
 * can continue; see write.c.  From then on every request must see the data that
 * was written.  A server may carry out requests in flight in any order, so a
 * request that overlaps such a write is held until the write is done. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "disk.h"
#include "interrupt.h"
#include "request.h"

struct request *
request_new (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file)
{
  struct request *request = calloc (1, sizeof *request);
  if (request == NULL) {
    fuse_reply_err (req, ENOMEM);
    return NULL;
  }
  request->req = req;
  request->pid = fuse_req_ctx (req)->pid;
  request->disk = disk_find (ino);
  request->file = file ? (struct open_file *) (uintptr_t) file->fh : NULL;
  request->flags = file ? file->flags : 0;
  interrupt_watch (request);
  return request;
}

void
request_free (struct request *request)
{
  interrupt_forget (request);
  buffer_put (request->buffer);
  buffer_put (request->blocks);
  free (request);
}

void
request_answered (struct request *request)
{
  interrupt_forget (request);
  request->req = NULL;
}

void
request_end (struct request *request, int error)
{
  if (request->req)
    fuse_reply_err (request->req, error);
  request_free (request);
}

/* Round the request's range to whole blocks. */
static void
blocks_of (const struct request *request, uint64_t *begin, uint64_t *end)
{
  uint64_t minimum = request->disk->minimum;
  *begin = request->offset / minimum * minimum;
  *end = (request->end + minimum - 1) / minimum * minimum;
}

static bool
must_wait (const struct request *request)
{
  uint64_t begin, end;
  blocks_of (request, &begin, &end);
  for (const struct range *range = request->disk->ranges; range;
       range = range->next)
    if (range->serial < request->serial) {
      if (range->early)
        return true;
    }
    else if (request->serial == 0 && range->begin < end && begin < range->end
             && (range->early || request->waits_for_all))
      return true;
  return false;
}

static void
hold (struct request *request)
{
  struct disk *disk = request->disk;
  if (!must_wait (request)) {
    request->held = false;
    request->resume (request);
    return;
  }
  request->held = true;
  request->next = NULL;
  *disk->held_end = request;
  disk->held_end = &request->next;
}

void
request_after_overlaps (struct request *request, bool all)
{
  request->serial = 0;
  request->waits_for_all = all;
  hold (request);
}

void
request_after_writes (struct request *request)
{
  request->serial = request->disk->changes + 1;
  hold (request);
}

/* A change has ended: resume requests that need not wait any longer. */
static void
resume_held (struct disk *disk)
{
  struct request *request = disk->held;
  disk->held = NULL;
  disk->held_end = &disk->held;
  while (request) {
    struct request *next = request->next;
    hold (request);
    request = next;
  }
}

static void
leave_held (struct request *request)
{
  struct disk *disk = request->disk;
  struct request **link = &disk->held;
  while (*link != request)
    link = &(*link)->next;
  *link = request->next;
  if (disk->held_end == &request->next)
    disk->held_end = link;
}

void
request_cancel (struct request *request)
{
  if (request->held) {
    leave_held (request);
    request_end (request, EINTR);
  }
  else if (request->cancel)
    request->cancel (request);
  else {
    command_cancel (&request->edge);
    command_cancel (&request->command);
  }
}

void
request_begins_change (struct request *request, bool early)
{
  struct disk *disk = request->disk;
  struct range *range = &request->range;
  blocks_of (request, &range->begin, &range->end);
  range->serial = ++disk->changes;
  range->early = early;
  range->next = NULL;
  range->link = disk->ranges_end;
  *disk->ranges_end = range;
  disk->ranges_end = &range->next;
  disk->written += range->end - range->begin;
  clock_gettime (CLOCK_REALTIME, &disk->modified);
  if (early) {
    disk->early_bytes += range->end - range->begin;
    disk->early_count++;
  }
}

void
request_ends_change (struct request *request)
{
  struct disk *disk = request->disk;
  struct range *range = &request->range;
  *range->link = range->next;
  if (range->next)
    range->next->link = range->link;
  else
    disk->ranges_end = range->link;
  disk->changes++;
  if (range->early) {
    disk->early_bytes -= range->end - range->begin;
    disk->early_count--;
  }
  if (disk->held)
    resume_held (disk);
}

void
request_fills_file (struct request *request)
{
  struct open_file *file = request->file;
  file->filled += request->end - request->offset;
  if (file->expected_end < request->end)
    file->expected_end = request->end;
}

int
request_left_out (struct request *request)
{
  struct open_file *file = request->file;
  if (!file->emptied || file->filled >= file->expected_end)
    return 0;
  tool_error ("%s: a program has opened the file with O_TRUNC, which changes "
              "nothing here, and left out %" PRIu64 " bytes: they keep what "
              "they have; if that is cp, use \"cp --sparse=never\"",
              file->disk->name, file->expected_end - file->filled);
  file->emptied = false; /* tell it once */
  return file->resized ? EOPNOTSUPP : 0;
}

int
request_late_error (struct request *request)
{
  struct open_file *file = request->file;
  if (file == NULL || file->errors_seen == request->disk->errors)
    return 0;
  file->errors_seen = request->disk->errors;
  return request->disk->error;
}
