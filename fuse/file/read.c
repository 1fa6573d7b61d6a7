/* SPDX-License-Identifier: MIT */
/* Reading: the reply is sent from the buffer that the data was received
 * into. */
#include <config.h>

#include <errno.h>

#include "command.h"
#include "disk.h"
#include "file.h"
#include "options.h"
#include "request.h"

static void
read_done (struct command *command)
{
  struct request *request = REQUEST_OF (command, command);
  if (command->error) {
    request_end (request, command->error);
    return;
  }
  fuse_reply_buf (request->req,
                  command->data + (request->offset - command->offset),
                  request->end - request->offset);
  request_free (request);
}

static void
read_start (struct request *request)
{
  struct disk *disk = request->disk;
  uint64_t begin = request->offset / disk->minimum * disk->minimum;
  uint64_t end = (request->end + disk->minimum - 1) / disk->minimum
                 * disk->minimum;

  request->buffer = buffer_get (end - begin);
  if (request->buffer == NULL) {
    request_end (request, ENOMEM);
    return;
  }
  request->command = (struct command) {
    .disk = disk,
    .operation = READ,
    .offset = begin,
    .end = end,
    .data = request->buffer->data,
    .for_reader = true,
    .done = read_done,
  };
  command_start (&request->command);
}

void
file_read (fuse_req_t req, fuse_ino_t ino, size_t count, off_t offset,
           struct fuse_file_info *file)
{
  struct request *request = request_new (req, ino, file);
  if (request == NULL)
    return;
  struct disk *disk = request->disk;
  debug ("read: path=%s offset=%jd count=%zu", disk->name, (intmax_t) offset,
         count);
  if ((uint64_t) offset >= disk->size || count == 0) {
    fuse_reply_buf (req, NULL, 0);
    request_free (request);
    return;
  }
  request->offset = offset;
  request->end = offset + count;
  if (request->end > disk->size)
    request->end = disk->size;
  request->resume = read_start;
  request_after_overlaps (request, false);
}
