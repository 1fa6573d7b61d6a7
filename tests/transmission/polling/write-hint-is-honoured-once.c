/* SPDX-License-Identifier: MIT */

/* A program that polled for WRITE because the direction said so may deliver
 * the event even if the commands were sent meanwhile, but only once. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define N 32

static struct server s;
static struct nbd_handle *h;
static struct calls calls[N];
static char buf[4];

/* The direction includes WRITE because commands are held back.  Replies then
 * cause them to be sent. */
static void
show_write_and_flush (void)
{
  int cookies[N], sent = 0;

  h = server_handle (&s, SIMPLE);
  for (int i = 0; i < N; i++) {
    calls[i] = (struct calls) { .gives = 1 };
    CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&calls[i]), 0));
  }
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);
  while (server_take (&s) > 0)
    cookies[sent++] = server_request (&s, NULL);
  CHECK (sent < N);
  for (int i = 0; i < sent; i++)
    server_say (&s, "simple 0 %d \"data\"", cookies[i]);
  CHECK_OK (nbd_aio_notify_read (h));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  CHECK_INT (server_take (&s), (N - sent) * 28);
}

static void
finish (void)
{
  CHECK_FAILS (nbd_aio_notify_write (h), EINVAL, NULL);
  CHECK_STATE (h, "READY");
  while (server_take (&s) > 0)
    server_say (&s, "simple 0 %d \"data\"", (int) server_request (&s, NULL));
  pump (h);
  for (int i = 0; i < N; i++)
    CHECK_CALLS (&calls[i], 1);
  CHECK_FAILS (nbd_aio_notify_write (h), EINVAL, NULL);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  check_case ("used up by notify_write");
  show_write_and_flush ();
  CHECK_INT (nbd_aio_notify_write (h), 0);
  finish ();

  check_case ("used up by poll");
  show_write_and_flush ();
  CHECK_INT (nbd_poll (h, 0), 0);
  finish ();

  check_case ("not used up by other calls");
  show_write_and_flush ();
  CHECK_OK (nbd_aio_notify_read (h));
  CHECK_INT (nbd_aio_command_completed (h, N), 0);
  CHECK_INT (nbd_aio_notify_write (h), 0);
  finish ();
}
