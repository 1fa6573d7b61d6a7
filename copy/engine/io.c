/* SPDX-License-Identifier: MIT */
/* Operations: starting them, giving them back to their worker, and the message
 * for one that failed. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/worker.h"

struct io *
io_new (struct worker *w, enum action action, struct endpoint *on,
        struct slot *slot)
{
  struct io *io = w->spare;

  if (io != NULL)
    w->spare = io->next;
  else if ((io = malloc (sizeof *io)) == NULL)
    tool_fail ("out of memory");
  *io = (struct io) {
    .worker = w,
    .slot = slot,
    .on = on,
    .action = action,
    .connection = w->index,
  };
  return io;
}

void
io_free (struct io *io)
{
  struct worker *w = io->worker;

  free (io->why);
  tool_map_free (&io->allocation);
  tool_map_free (&io->selection);
  io->next = w->spare;
  w->spare = io;
}

static unsigned
losses_of (const struct io *io)
{
  struct endpoint *e = io->on;
  return e->ops->losses ? e->ops->losses (e, io->connection) : 0;
}

void
io_start (struct io *io)
{
  io->worker->started++;
  io->began = losses_of (io);
  io->on->ops->start (io->on, io);
}

/* This needs no lock: callbacks of the library run in the thread that drives
 * the handle, which is the worker's own thread. */
void
io_done (struct io *io, int error)
{
  struct worker *w = io->worker;

  io->error = error;
  io->came = losses_of (io);
  io->next = NULL;
  *w->done_end = io;
  w->done_end = &io->next;
}

struct io *
io_next_done (struct worker *w)
{
  struct io *io = w->done;

  if (io != NULL) {
    w->done = io->next;
    if (w->done == NULL)
      w->done_end = &w->done;
    w->started--;
    if (io->error == 0 && io->on->amend != NULL)
      io->on->amend (io->on, io);
  }
  return io;
}

bool
endpoint_is_lost (struct endpoint *e, unsigned i)
{
  return e->ops->is_lost != NULL && e->ops->is_lost (e, i);
}

static const char *
action_name (enum action action)
{
  switch (action) {
  case READ: return "read";
  case WRITE: return "write";
  case WRITE_ZEROES: return "zeroing";
  case STATUS: return "block status";
  case FLUSH: return "flush";
  }
  return "operation";
}

const char *
io_why (const struct io *io)
{
  if (io->why != NULL)
    return io->why;
  if (io->on->source && io->error == ENODATA)
    return "the source has become shorter";
  return strerror (io->error);
}

void
io_fail (const struct io *io)
{
  struct copy *c = io->on->copy;

  if (io->action == FLUSH)
    copy_fail (c, "%s: flush failed: %s", io->on->name, io_why (io));
  else
    copy_fail (c, "%s: %s at offset %" PRIu64 " failed: %s", io->on->name,
               action_name (io->action), io->on->start + io->position,
               io_why (io));
}
