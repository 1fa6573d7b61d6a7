/* SPDX-License-Identifier: MIT */

/* While one thread sleeps in nbd_poll with a request in flight, another
 * thread issues commands, asks for results and disconnects without waiting
 * for the first. */

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

static int
poll_until_closed (struct blocking *b)
{
  while (!nbd_aio_is_closed (b->h))
    CHECK_INT (nbd_poll (b->h, -1), 1);
  return 0;
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking poller = { .h = h, .call = poll_until_closed };
  struct calls first = { 0 }, second = { 0 };
  char buf[4], other[4];

  s.waits = true;
  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&first), 0));
  blocking_start (&poller);
  server_expect (&s, "request 0 READ 1 0 4");

  CHECK_INT (nbd_aio_pread (h, other, 4, 0, completion (&second), 0), 2);
  server_expect (&s, "request 0 READ 2 0 4");
  CHECK_INT (nbd_aio_in_flight (h), 2);
  CHECK_INT (nbd_aio_command_completed (h, 2), 0);
  CHECK_OK (nbd_aio_disconnect (h, 0));
  server_expect (&s, "request 0 DISC 3 0 0");
  server_say (&s, "simple 0 2 \"data\"\nsimple 0 1 \"data\"");
  server_close (&s);
  blocking_join (&poller);
  CHECK_INT (poller.result, 0);
  CHECK_INT (first.called, 1);
  CHECK_INT (second.called, 1);
  CHECK_INT (nbd_aio_command_completed (h, 1), 1);
  CHECK_INT (nbd_aio_command_completed (h, 2), 1);
  nbd_close (h);
}
