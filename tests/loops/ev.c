/* SPDX-License-Identifier: MIT */
/* The loop of libev. */

#include <stdlib.h>

#include <libnbd-ev.h>

#include "check.h"
#include "loop.h"

const bool loop_tells = true;
const bool loop_ends = true;

struct later {
  ev_timer timer; /* must be the first member */
  void (*f) (void *data);
  void *data;
};

void *
loop_new (void)
{
  return ev_loop_new (EVFLAG_AUTO);
}

void
loop_free (void *loop)
{
  ev_loop_destroy (loop);
}

void
loop_run (void *loop)
{
  ev_run (loop, 0);
}

void
loop_quit (void *loop)
{
  ev_break (loop, EVBREAK_ALL);
}

static void
on_timer (struct ev_loop *loop, ev_timer *timer, int events)
{
  struct later *later = (struct later *) timer;

  (void) loop, (void) events;
  later->f (later->data);
  free (later);
}

void
loop_later (void *loop, unsigned ms, void (*f) (void *data), void *data)
{
  struct later *later = malloc (sizeof *later);

  later->f = f;
  later->data = data;
  ev_now_update (loop);
  ev_timer_init (&later->timer, on_timer, ms / 1000., 0);
  ev_timer_start (loop, &later->timer);
}

void *
watch_start (void *loop, struct nbd_handle *h, nbd_loop_callback *on_change,
             void *data)
{
  return nbd_ev_start (loop, h, on_change, data);
}

void
watch_update (void *watch)
{
  nbd_ev_update (watch);
}

void
watch_stop (void *watch)
{
  nbd_ev_stop (watch);
}
