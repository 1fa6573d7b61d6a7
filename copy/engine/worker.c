/* SPDX-License-Identifier: MIT */
/* A worker: it handles what came back, starts more, and sleeps. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "engine/done.h"
#include "engine/rate.h"
#include "engine/worker.h"

/* ---- flushes on the way ---- */

static void
flush_done (struct worker *w, struct io *io)
{
  w->flushing = false;
  if (io->error == 0)
    done_flushed (w->copy);
  else if (io_lost_connection (io))
    w->destination_lost = true;
  else
    io_fail (io);
}

/* Is what all workers are told to be done by the same life of the server? */
static bool
one_generation (struct copy *c)
{
  for (unsigned i = 0; i < c->worker_count; i++)
    if (!c->workers[i].finished && c->workers[i].generation != c->generation)
      return false;
  return true;
}

static void
start_flush (struct worker *w)
{
  if (w->index != 0 || w->flushing || !one_generation (w->copy)
      || !done_flush_is_due (w->copy))
    return;
  w->flushing = true;
  io_start (io_new (w, FLUSH, w->copy->to, NULL));
}

static void
handle (struct worker *w, struct io *io)
{
  if (io->retries) {
    /* The same in a later way. */
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

/* ---- connections that were lost ---- */

/* False if all have to stop meanwhile. */
static bool
pause_ms (struct copy *c, int ms)
{
  struct pollfd p = { .fd = c->stop_fd, .events = POLLIN };
  return poll (&p, 1, ms) == 0 && !c->stop;
}

static void
reopen (struct worker *w, struct endpoint *e)
{
  struct copy *c = w->copy;
  int wait = RETRY_FIRST_MS;
  char *loss = strdup (e->ops->loss (e, w->index));

  while (!c->stop && w->attempts < c->settings.retry) {
    w->attempts++;
    if (e->ops->reopen (e, w->index, w->attempts) == 0) {
      copy_warn (c, "%s: the connection was lost (%s) and is open again",
                 e->name, loss ? loss : "");
      free (loss);
      return;
    }
    if (w->attempts == c->settings.retry || !pause_ms (c, wait))
      break;
    wait = MIN (2 * wait, RETRY_LONGEST_MS);
  }
  copy_fail (c,
             "%s: the connection was lost (%s) and could not be opened "
             "again in %u attempts: %s",
             e->name, loss ? loss : "", w->attempts,
             e->ops->loss (e, w->index));
  free (loss);
}

/* Nothing is on its way any more: connect again and go on from what is
 * known to be done. */
static void
recover (struct worker *w)
{
  struct copy *c = w->copy;
  struct slot *s;

  if (w->source_lost)
    reopen (w, c->from);
  if (w->destination_lost && !c->stop) {
    unsigned now = w->generation;
    if (atomic_compare_exchange_strong (&c->generation, &now, now + 1)) {
      now++;
      done_destination_lost (c);
    }
    reopen (w, c->to);
    if (!c->verifying)
      done_redo (c);
    w->generation = now;
  }
  w->source_lost = w->destination_lost = false;
  while (!c->stop && (s = w->broken) != NULL) {
    w->broken = s->next;
    chunk_restart (w, s);
  }
}

/* ---- the loop ---- */

/* Start one more thing.  TAKE_WAIT: not now.  TIMEOUT is until the rate
 * allows the next one. */
static enum take
start_one (struct worker *w, int *timeout)
{
  struct copy *c = w->copy;
  struct extent what;
  enum take r = TAKE_CHUNK;

  if (w->holding)
    what = w->held;
  else
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
  return r == TAKE_END && w->started == 0 && w->used == 0 && w->done == NULL
         && w->generation == w->copy->generation;
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
    if (w->generation != c->generation)
      w->destination_lost = true;
    if (w->source_lost || w->destination_lost) {
      if (w->started == 0) {
        recover (w);
        continue;
      }
    }
    else
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
