/* SPDX-License-Identifier: MIT */
/* The loop of libevent. */

#include <stdlib.h>

#include <libnbd-event.h>

#include "check.h"
#include "loop.h"

const bool loop_tells = false;
const bool loop_ends = true;

struct later {
  void (*f) (void *data);
  void *data;
};

void *
loop_new (void)
{
  return event_base_new ();
}

void
loop_free (void *loop)
{
  event_base_free (loop);
}

void
loop_run (void *loop)
{
  event_base_dispatch (loop);
}

void
loop_quit (void *loop)
{
  event_base_loopbreak (loop);
}

static void
on_timer (evutil_socket_t fd, short events, void *data)
{
  struct later *later = data;

  (void) fd, (void) events;
  later->f (later->data);
  free (later);
}

void
loop_later (void *loop, unsigned ms, void (*f) (void *data), void *data)
{
  struct later *later = malloc (sizeof *later);
  struct timeval time = { ms / 1000, ms % 1000 * 1000 };

  later->f = f;
  later->data = data;
  CHECK_INT (event_base_once (loop, -1, EV_TIMEOUT, on_timer, later, &time),
             0);
}

void *
watch_start (void *loop, struct nbd_handle *h, nbd_loop_callback *on_change,
             void *data)
{
  return nbd_event_start (loop, h, on_change, data);
}

void
watch_update (void *watch)
{
  nbd_event_update (watch);
}

void
watch_stop (void *watch)
{
  nbd_event_stop (watch);
}
