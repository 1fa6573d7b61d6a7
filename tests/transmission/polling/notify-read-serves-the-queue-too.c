/* SPDX-License-Identifier: MIT */

/* Some programs deliver only the read event when both are ready.  So a handle
 * that gets only read events also sends what waits for space in the socket.
 * nbd_poll does the same. */

#include "check.h"
#include "client.h"
#include "server.h"

#define SIZE (240 << 10)
#define ROOM (32 << 10)
#define FLUSHES 32

static char payload[SIZE];

/* Whether the server has all of the write.  Fails if the server got nothing
 * more. */
static bool
has_arrived (struct server *s)
{
  size_t before = s->in.len, got = server_take (s);

  if (got == before)
    FAIL ("stuck after %zu of %d bytes", got, 28 + SIZE);
  return got == 28 + SIZE;
}

static void
check_notify (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);

  check_case ("notify-read");
  client_room (h, ROOM);
  CHECK_OK (nbd_aio_pwrite (h, payload, SIZE, 0, NBD_NULL_COMPLETION, 0));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);
  while (!has_arrived (&s))
    CHECK_OK (nbd_aio_notify_read (h));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  nbd_close (h);
  server_close (&s);
}

static void
check_poll (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls flush = { 0 };
  int replies = 0;

  check_case ("poll");
  client_room (h, ROOM);
  for (int i = 0; i < FLUSHES; i++)
    CHECK_OK (nbd_aio_flush (h, completion (&flush), 0));
  pump (h);
  bytes_drop (&s.in, server_take (&s));
  CHECK_OK (nbd_aio_pwrite (h, payload, SIZE, 0, NBD_NULL_COMPLETION, 0));
  while (!has_arrived (&s)) {
    CHECK (replies < FLUSHES);
    server_say (&s, "simple 0 %d", ++replies);
    CHECK_INT (nbd_poll (h, -1), 1);
    CHECK_INT (flush.called, replies);
  }
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  check_notify ();
  check_poll ();
}
