/* SPDX-License-Identifier: MIT */
/* The loop of libuv. */

#include <stdlib.h>

#include <libnbd-uv.h>

#include "check.h"
#include "loop.h"

const bool loop_tells = true;
const bool loop_ends = true;

struct later {
  uv_timer_t timer; /* must be the first member */
  void (*f) (void *data);
  void *data;
};

void *
loop_new (void)
{
  uv_loop_t *loop = malloc (sizeof *loop);

  CHECK_INT (uv_loop_init (loop), 0);
  return loop;
}

void
loop_free (void *loop)
{
  uv_run (loop, UV_RUN_DEFAULT); /* frees what was closed */
  CHECK_INT (uv_loop_close (loop), 0);
  free (loop);
}

void
loop_run (void *loop)
{
  uv_run (loop, UV_RUN_DEFAULT);
}

void
loop_quit (void *loop)
{
  uv_stop (loop);
}

static void
free_later (uv_handle_t *timer)
{
  free (timer);
}

static void
on_timer (uv_timer_t *timer)
{
  struct later *later = (struct later *) timer;

  later->f (later->data);
  uv_close ((uv_handle_t *) timer, free_later);
}

void
loop_later (void *loop, unsigned ms, void (*f) (void *data), void *data)
{
  struct later *later = malloc (sizeof *later);

  later->f = f;
  later->data = data;
  uv_update_time (loop);
  CHECK_INT (uv_timer_init (loop, &later->timer), 0);
  CHECK_INT (uv_timer_start (&later->timer, on_timer, ms, 0), 0);
}

void *
watch_start (void *loop, struct nbd_handle *h, nbd_loop_callback *on_change,
             void *data)
{
  return nbd_uv_start (loop, h, on_change, data);
}

void
watch_update (void *watch)
{
  nbd_uv_update (watch);
}

void
watch_stop (void *watch)
{
  nbd_uv_stop (watch);
}
