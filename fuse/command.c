/* SPDX-License-Identifier: MIT */
/* Operations on a range: split by what the server takes at a time, spread
 * over the connections, and repeated on another where one breaks.  And what
 * happens after they were completed. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "disk.h"
#include "phase.h"

/* A connection serves only so many parts of one command at a time. */
#define MAX_PARTS 16

/* Zeroes that are written to servers without a command for them. */
static const char zeroes[64 << 10] __attribute__ ((aligned (4096)));

struct part {
  struct completed completed; /* first, see part_end */
  struct command *command;
  struct connection *connection;
  uint64_t offset, length;
};

unsigned changes_in_flight;

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
  return 1;
}

/* Issue a part on a connection.  -1, with errno, if that is refused. */
static int
part_issue (struct part *part)
{
  struct command *command = part->command;
  struct nbd_handle *h = part->connection->h;
  char *data = command->data ? command->data + part->offset - command->offset
                             : (char *) zeroes;
  nbd_completion_callback completed = {
    .callback = part_completed,
    .user_data = part,
  };
  int64_t cookie = -1;

  connection_touch (part->connection);
  switch (command->operation) {
  case READ:
    cookie = nbd_aio_pread (h, data, part->length, part->offset, completed,
                            0);
    break;
  case WRITE:
    cookie = nbd_aio_pwrite (h, data, part->length, part->offset, completed,
                             command->flags);
    break;
  case TRIM:
    cookie = nbd_aio_trim (h, part->length, part->offset, completed,
                           command->flags);
    break;
  case ZERO:
    cookie = nbd_aio_zero (h, part->length, part->offset, completed,
                           command->flags);
    break;
  case FLUSH: cookie = nbd_aio_flush (h, completed, 0); break;
  }
  if (cookie == -1) {
    errno = nbd_get_errno ();
    return -1;
  }
  return 0;
}

static void part_over (struct part *part);

/* Issue a part on the first connection that takes it.  What fails because
 * its connection broke was not refused by the server. */
static void
part_start (struct part *part)
{
  struct command *command = part->command;
  for (;;) {
    part->connection = disk_connection (command->disk, part->length);
    if (part->connection == NULL) {
      command->error = EIO;
      break;
    }
    if (part_issue (part) == 0)
      return;
    if (connection_works (part->connection)) {
      tool_error ("%s", nbd_get_error ());
      command->error = user_error (errno);
      break;
    }
  }
  part_over (part);
}

static void
part_end (struct completed *completed)
{
  struct part *part = (struct part *) completed;
  struct command *command = part->command;
  int error = completed->error;
  if (error && !connection_works (part->connection)) {
    part_start (part);
    return;
  }
  if (error) {
    tool_error ("%s: %s of %" PRIu64 " bytes at %" PRIu64 ": %s",
                command->disk->name, operation_name (command->operation),
                part->length, part->offset, strerror (error));
    command->error = user_error (error);
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
  changes_in_flight -= !command->for_reader;
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
  changes_in_flight += !command->for_reader;
  command->parts = 1;
  pump (command);
  release (command);
}
