/* SPDX-License-Identifier: MIT */
/* A worker: it handles operations that were given back, starts more, and
 * sleeps. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "engine/done.h"
#include "engine/rate.h"
#include "engine/worker.h"

/* ---- flushes while copying ---- */

/* If the connection was lost during the flush, and the library sent the flush
 * again, it does not make durable what was written through the old
 * connection. */
static void
flush_done (struct worker *w, struct io *io)
{
  w->flushing = false;
  if (io->error != 0)
    io_fail (io);
  else if (io->began == io->came)
    done_flushed (w->copy, w->index);
}

static void
start_flush (struct worker *w)
{
  if (w->flushing || !done_flush_is_due (w->copy, w->index))
    return;
  w->flushing = true;
  io_start (io_new (w, FLUSH, w->copy->to, NULL));
}

/* ---- operations that were given back ---- */

/* The connection to the destination was lost LOSSES times in all. */
static void
notice_losses (struct worker *w, unsigned losses)
{
  if (!w->copy->verifying && done_notice_losses (w->copy, w->index, losses))
    chunks_rewrite (w);
}

static void
handle (struct worker *w, struct io *io)
{
  if (io->on == w->copy->to)
    notice_losses (w, io->came);
  if (io->retries) {
    /* The same operation in a later way. */
    io->retries = false;
    io_start (io);
    return;
  }
  if (io->error != 0 && io->on->ops->explain)
    io->on->ops->explain (io);
  if (io->action == STATUS)
    status_done (w, io);
  else if (io->action == FLUSH)
    flush_done (w, io);
  else
    chunk_io_done (w, io);
  io_free (io);
}

/* ---- the loop ---- */

/* Start one more chunk or query.  TAKE_WAIT: it is not possible yet.  TIMEOUT
 * is the time until the rate allows the next chunk. */
static enum take
start_one (struct worker *w, int *timeout)
{
  struct copy *c = w->copy;
  struct extent what;
  enum take r = TAKE_CHUNK;

  if (w->holding)
    what = w->held;
  else if (!done_take_again (c, w->index, &what))
    r = work_take (c, &what, w->started == 0);
  w->holding = false;
  if (r == TAKE_QUERY)
    status_start (w, &what);
  if (r != TAKE_CHUNK)
    return r;
  if (what.kind == DATA && !c->verifying) {
    *timeout = rate_take (c, what.end - what.start);
    if (*timeout > 0) {
      w->held = what;
      w->holding = true;
      return TAKE_WAIT;
    }
  }
  chunk_start (w, &what);
  return r;
}

static enum take
start_more (struct worker *w, int *timeout)
{
  enum take r = TAKE_CHUNK;

  start_flush (w);
  if (w->copy->to->stream && !w->copy->verifying)
    chunk_write_next (w);
  while (w->done == NULL && w->used < w->limit
         && (r == TAKE_CHUNK || r == TAKE_QUERY))
    r = start_one (w, timeout);
  if (w->copy->to->stream && !w->copy->verifying)
    chunk_write_next (w);
  return r;
}

static void
wait_for_events (struct worker *w, int timeout)
{
  struct copy *c = w->copy;
  struct pollfd p[3] = {
    { .fd = c->stop_fd, .events = POLLIN },
    { .fd = -1 },
    { .fd = -1 },
  };
  struct endpoint *sides[2] = { c->from, c->to };

  for (int i = 0; i < 2; i++)
    if (sides[i]->ops->poll_for && (i == 0 || sides[1] != sides[0]))
      sides[i]->ops->poll_for (sides[i], w->index, &p[1 + i], &timeout);
  poll (p, 3, timeout);
  for (int i = 0; i < 2; i++)
    if (sides[i]->ops->polled && (i == 0 || sides[1] != sides[0]))
      sides[i]->ops->polled (sides[i], w->index, &p[1 + i]);
}

static bool
may_end (const struct worker *w, enum take r)
{
  return r == TAKE_END && w->started == 0 && w->used == 0 && w->done == NULL;
}

void *
worker_main (void *opaque)
{
  struct worker *w = opaque;
  struct copy *c = w->copy;
  struct io *io;

  while (!c->stop) {
    enum take r = TAKE_WAIT;
    int timeout = -1;

    while (!c->stop && (io = io_next_done (w)) != NULL)
      handle (w, io);
    if (c->to->ops->losses)
      notice_losses (w, c->to->ops->losses (c->to, w->index));
    r = start_more (w, &timeout);
    if (may_end (w, r))
      break;
    if (w->done == NULL && !c->stop && (w->started > 0 || timeout > 0))
      wait_for_events (w, timeout);
  }
  w->finished = true;
  copy_wake (c);
  return NULL;
}
