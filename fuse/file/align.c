/* SPDX-License-Identifier: MIT */
/* Writing parts of blocks.
 *
 * If a write does not begin and end at blocks of the server's minimum size, the
 * blocks at its edges are read first.  They do not change meanwhile, because
 * other requests for the same blocks are held. */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "command.h"
#include "request.h"

static void
write_blocks (struct request *request)
{
  command_start (&request->command);
}

static void
edge_failed (struct request *request)
{
  request->command.error = request->edge.error;
  request->command.done (&request->command);
}

/* The last block was read, if necessary: copy the payload into the buffer, and
 * write all blocks. */
static void
tail_read (struct command *edge)
{
  struct request *request = REQUEST_OF (edge, edge);
  if (edge->error) {
    edge_failed (request);
    return;
  }
  struct command *command = &request->command;
  char *middle = command->data + (request->covered - command->offset);
  if (request->payload)
    memcpy (middle, request->payload,
            request->covered_end - request->covered);
  else
    memset (middle, 0, request->covered_end - request->covered);
  write_blocks (request);
}

static void
head_read (struct command *edge)
{
  struct request *request = REQUEST_OF (edge, edge);
  struct command *command = &request->command;
  uint64_t minimum = request->disk->minimum;

  if (edge->error) {
    edge_failed (request);
    return;
  }
  if (request->covered_end == command->end
      || command->end - command->offset == minimum) {
    tail_read (edge);
    return;
  }
  edge->offset = command->end - minimum;
  edge->end = command->end;
  edge->data = command->data + (edge->offset - command->offset);
  edge->done = tail_read;
  command_start (edge);
}

/* Allocate a buffer for all blocks, and read the first one, unless the payload
 * covers it. */
static void
write_unaligned (struct request *request)
{
  struct command *command = &request->command;
  uint64_t minimum = request->disk->minimum;

  buffer_put (request->blocks);
  request->blocks = buffer_get (command->end - command->offset);
  if (request->blocks == NULL) {
    command->error = ENOMEM;
    command->done (command);
    return;
  }
  command->data = request->blocks->data;
  request->edge = (struct command) {
    .disk = request->disk,
    .operation = READ,
    .offset = command->offset,
    .end = command->offset + minimum,
    .data = command->data,
    .done = head_read,
  };
  /* If the first block is covered, only the last one is read. */
  if (request->covered == command->offset
      && request->covered_end - request->covered >= minimum)
    head_read (&request->edge);
  else
    command_start (&request->edge);
}

void
write_range (struct request *request, uint64_t offset, uint64_t end,
             void (*done) (struct command *))
{
  uint64_t minimum = request->disk->minimum;
  request->command = (struct command) {
    .disk = request->disk,
    .operation = WRITE,
    .offset = offset / minimum * minimum,
    .end = (end + minimum - 1) / minimum * minimum,
    .data = request->payload,
    .done = done,
  };
  if (request->command.offset == offset && request->command.end == end) {
    write_blocks (request);
    return;
  }
  request->covered = offset;
  request->covered_end = end;
  write_unaligned (request);
}
