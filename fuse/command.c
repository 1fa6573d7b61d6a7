/* SPDX-License-Identifier: MIT */
/* Operations on a range, which are split into parts that the server accepts.
 * And the list of completed operations whose functions the loop calls. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "disk.h"
#include "phase.h"

/* At most so many parts of one command are in flight. */
#define MAX_PARTS 16

/* Data for servers that do not support NBD_CMD_WRITE_ZEROES. */
static const char zeroes[64 << 10] __attribute__ ((aligned (4096)));

struct part {
  struct completed completed; /* first, see part_end */
  struct command *command;
  struct part *next, **link; /* of those in flight */
  int64_t cookie;
  uint64_t offset, length;
};

/* Completed operations, in the order of completion. */
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
    [READ] = "read",
    [WRITE] = "write",
    [TRIM] = "trim",
    [ZERO] = "zero",
  };
  return names[operation];
}

/* Errors that servers send are passed to the program; all others become EIO. */
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

/* Issue the command of a part.  Return its cookie, or -1 if the library refuses
 * it. */
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

/* A part has failed; the library's error says why.  If the handle is dead no
 * message is printed here: loop.c prints one for the whole disk. */
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
  if (command->operation == FLUSH) /* it has no range */
    tool_error ("%s: flush: %s", disk->name, tool_nbd_error ());
  else
    tool_error ("%s: %s of %" PRIu64 " bytes at %" PRIu64 ": %s", disk->name,
                operation_name (command->operation), part->length,
                part->offset, tool_nbd_error ());
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
    /* This retires the command and sets the library's error. */
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

/* Issue as many parts as may be in flight.  The caller holds one of
 * COMMAND->parts, so that the command does not end in here. */
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

/* A part is over, or command_start is.  After the last one call DONE. */
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
command_cancel (struct command *command)
{
  if (command->parts == 0)
    return;
  if (!command->error)
    command->error = EINTR;
  for (struct part *part = command->in_flight; part; part = part->next)
    nbd_aio_cancel (command->disk->h, part->cookie);
  disk_touch (command->disk);
}
