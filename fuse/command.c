/* SPDX-License-Identifier: MIT */
/* Operations on a range: split by what the server takes at a time.  And what
 * happens after they were completed. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "disk.h"
#include "phase.h"

/* The server is given only so many parts of one command at a time. */
#define MAX_PARTS 16

/* Zeroes that are written to servers without a command for them. */
static const char zeroes[64 << 10] __attribute__ ((aligned (4096)));

struct part {
  struct completed completed; /* first, see part_end */
  struct command *command;
  struct part *next, **link; /* of those in flight */
  int64_t cookie;
  uint64_t offset, length;
};

/* What was completed, in that order. */
static struct completed *first_completed, **last_completed = &first_completed;

void
completed_later (struct completed *completed)
{
  completed->next = NULL;
  *last_completed = completed;
  last_completed = &completed->next;
}

bool
completed_run (void)
{
  bool any = first_completed != NULL;
  while (first_completed) {
    struct completed *completed = first_completed;
    first_completed = completed->next;
    if (first_completed == NULL)
      last_completed = &first_completed;
    completed->function (completed);
  }
  return any;
}

static const char *
operation_name (enum operation operation)
{
  static const char *const names[] = {
    [READ] = "read", [WRITE] = "write", [TRIM] = "trim",
    [ZERO] = "zero", [FLUSH] = "flush",
  };
  return names[operation];
}

/* Errors of the protocol are the user's; all others are ours. */
static int
user_error (int error)
{
  switch (error) {
  case EPERM:
  case ENOMEM:
  case EINVAL:
  case ENOSPC:
  case EOVERFLOW: return error;
  case ENOTSUP: return EOPNOTSUPP;
  default: return EIO;
  }
}

static int
part_completed (void *opaque, int *error)
{
  struct part *part = opaque;
  part->completed.error = *error;
  completed_later (&part->completed);
  return *error == 0;
}

/* -1 if the library refuses it. */
static int64_t
part_issue (struct part *part)
{
  const struct command *command = part->command;
  struct nbd_handle *h = command->disk->h;
  char *data = command->data ? command->data + part->offset - command->offset
                             : (char *) zeroes;
  nbd_completion_callback completed = {
    .callback = part_completed,
    .user_data = part,
  };

  disk_touch (command->disk);
  switch (command->operation) {
  case READ:
    return nbd_aio_pread (h, data, part->length, part->offset, completed, 0);
  case WRITE:
    return nbd_aio_pwrite (h, data, part->length, part->offset, completed,
                           command->flags);
  case TRIM:
    return nbd_aio_trim (h, part->length, part->offset, completed,
                         command->flags);
  case ZERO:
    return nbd_aio_zero (h, part->length, part->offset, completed,
                         command->flags);
  case FLUSH: return nbd_aio_flush (h, completed, 0);
  }
  abort ();
}

/* A part has failed, as the library's error says.  What fails because its
 * handle is dead is told of once, see loop.c. */
static void
part_failed (struct part *part, int error)
{
  struct command *command = part->command;
  struct disk *disk = command->disk;
  if (!disk_works (disk)) {
    command->error = EIO;
    return;
  }
  if (command->error)
    return;
  tool_error ("%s: %s of %" PRIu64 " bytes at %" PRIu64 ": %s", disk->name,
              operation_name (command->operation), part->length, part->offset,
              tool_nbd_error ());
  command->error = user_error (error);
}

static void part_over (struct part *part);

static void
part_start (struct part *part)
{
  struct command *command = part->command;
  part->cookie = part_issue (part);
  if (part->cookie == -1) {
    part_failed (part, nbd_get_errno ());
    part_over (part);
    return;
  }
  part->next = command->in_flight;
  part->link = &command->in_flight;
  if (part->next)
    part->next->link = &part->next;
  command->in_flight = part;
}

static void
part_end (struct completed *completed)
{
  struct part *part = (struct part *) completed;
  *part->link = part->next;
  if (part->next)
    part->next->link = part->link;
  if (completed->error) {
    /* It is retired now. */
    nbd_aio_command_completed (part->command->disk->h, part->cookie);
    part_failed (part, completed->error);
  }
  part_over (part);
}

static uint64_t
largest_part (const struct command *command)
{
  switch (command->operation) {
  case READ: return command->disk->maximum;
  case WRITE:
    return command->data || command->disk->maximum < sizeof zeroes
             ? command->disk->maximum
             : sizeof zeroes;
  default: return disk_reach (command->disk);
  }
}

/* Issue what may be issued.  The caller counts as a part meanwhile. */
static void
pump (struct command *command)
{
  uint64_t largest = largest_part (command);
  if (command->for_reader && phase_now () >= DRAINING)
    command->error = EIO;
  while (command->position < command->end && !command->error
         && command->parts <= MAX_PARTS) {
    struct part *part = malloc (sizeof *part);
    if (part == NULL) {
      command->error = ENOMEM;
      return;
    }
    uint64_t rest = command->end - command->position;
    *part = (struct part) {
      .completed = { .function = part_end },
      .command = command,
      .offset = command->position,
      .length = rest < largest ? rest : largest,
    };
    command->position += part->length;
    command->parts++;
    part_start (part);
  }
}

/* One of its parts, or command_start, is done with it. */
static void
release (struct command *command)
{
  if (--command->parts > 0)
    return;
  command->disk->changing -= !command->for_reader;
  command->done (command);
}

static void
part_over (struct part *part)
{
  struct command *command = part->command;
  free (part);
  if (command->position < command->end && !command->error)
    pump (command);
  release (command);
}

void
command_start (struct command *command)
{
  command->position = command->offset;
  command->error = 0;
  /* A flush is one part without a range. */
  if (command->operation == FLUSH)
    command->end = command->offset + 1;
  command->disk->changing += !command->for_reader;
  command->in_flight = NULL;
  command->parts = 1;
  pump (command);
  release (command);
}

void
command_cancel (struct command *command, int error)
{
  if (command->parts == 0)
    return;
  if (!command->error)
    command->error = error;
  for (struct part *part = command->in_flight; part; part = part->next)
    nbd_aio_cancel (command->disk->h, part->cookie);
  disk_touch (command->disk);
}
