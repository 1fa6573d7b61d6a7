/* SPDX-License-Identifier: MIT */
/* What the scenarios share: see client-in-loop.h. */

#include "client-in-loop.h"

struct mortal server, tcp_server;
void *loop;
int running;

static int
completed (void *opaque, int *error)
{
  struct client *c = opaque;

  CHECK_INT (*error, 0);
  c->completed++;
  return 1;
}

nbd_completion_callback
without_error (struct client *c)
{
  return (nbd_completion_callback) { .callback = completed, .user_data = c };
}

void
issue (struct client *c)
{
  while (c->issued < c->wanted && CHECK_OK (nbd_aio_in_flight (c->h)) < 16) {
    uint64_t offset = (uint64_t) c->issued++ * BLOCK % SIZE;

    CHECK_OK (nbd_aio_pread (c->h, c->buf, BLOCK, offset, without_error (c),
                             0));
  }
}

bool
is_connected (struct nbd_handle *h)
{
  return nbd_aio_is_ready (h) || nbd_aio_is_processing (h);
}

bool
has_ended (struct nbd_handle *h)
{
  return nbd_aio_is_dead (h) || nbd_aio_is_closed (h);
}

void
read_all (struct nbd_handle *h, int error, void *data)
{
  struct client *c = data;

  CHECK (h == c->h);
  c->changes++;
  c->error = error;
  c->ends += has_ended (h);
  if (has_ended (h) && --running == 0)
    loop_quit (loop);
  if (!is_connected (h))
    return;
  issue (c);
  if (c->completed == c->wanted && nbd_aio_in_flight (h) == 0)
    CHECK_OK (nbd_aio_disconnect (h, 0));
}

void
start (struct client *c,
       void (*on_change) (struct nbd_handle *h, int error, void *data))
{
  if (c->h == NULL)
    c->h = nbd_create ();
  if (nbd_aio_is_created (c->h))
    CHECK_OK (nbd_aio_connect_unix (c->h, server.address.path));
  c->watch = watch_start (loop, c->h, on_change, c);
  CHECK (c->watch != NULL);
}

void
stop (struct client *c)
{
  watch_stop (c->watch);
  nbd_close (c->h);
  c->h = NULL;
  c->watch = NULL;
}

void
quit (void *data)
{
  (void) data;
  loop_quit (loop);
}
