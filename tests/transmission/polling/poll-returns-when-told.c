/* SPDX-License-Identifier: MIT */

/* nbd_poll and nbd_poll2: the timeout gives 0, an event gives 1; a
 * second descriptor wakes poll2 with 1, a negative one is ignored. */

#include <errno.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls calls = { 0 };
  int pipes[2];

  CHECK_INT (pipe (pipes), 0);
  CHECK_FAILS (nbd_poll (h, 0), EINVAL, "nbd_poll: ");
  CHECK_FAILS (nbd_poll2 (h, pipes[0], 0), EINVAL, "nbd_poll2: ");
  server_connect (&s, h, SIMPLE, 1 << 20, FLAGS_ALL);
  CHECK_INT (nbd_poll (h, 0), 0);
  CHECK_INT (nbd_poll (h, 1), 0);
  CHECK_INT (nbd_poll2 (h, -1, 0), 0);
  CHECK_INT (nbd_poll2 (h, pipes[0], 1), 0);

  CHECK_INT (write (pipes[1], "x", 1), 1);
  CHECK_INT (nbd_poll2 (h, pipes[0], -1), 1);
  CHECK_INT (nbd_poll2 (h, pipes[0], 0), 1); /* it is not read */
  CHECK_INT (nbd_poll2 (h, -1, 0), 0);
  CHECK_INT (nbd_poll (h, 0), 0);

  CHECK_OK (nbd_aio_flush (h, completion (&calls), 0));
  server_say (&s, "simple 0 1");
  CHECK_INT (nbd_poll2 (h, pipes[0], -1), 1);
  if (calls.called == 0) /* woken by the pipe alone */
    CHECK_INT (nbd_poll2 (h, -1, -1), 1);
  CHECK_INT (calls.called, 1);

  close (pipes[1]); /* a hang-up wakes too */
  char c;
  CHECK_INT (read (pipes[0], &c, 1), 1);
  CHECK_INT (nbd_poll2 (h, pipes[0], -1), 1);
  close (pipes[0]);
  nbd_close (h);
  server_close (&s);
}
