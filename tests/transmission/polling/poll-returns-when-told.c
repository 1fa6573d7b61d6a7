/* SPDX-License-Identifier: MIT */

/* nbd_poll and nbd_poll2 return 0 after the timeout and 1 after an event.
 * nbd_poll2 also returns 1 for its second descriptor, and ignores a negative
 * one. */

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
  CHECK_INT (nbd_poll2 (h, pipes[0], 0), 1); /* the byte is still there */
  CHECK_INT (nbd_poll2 (h, -1, 0), 0);
  CHECK_INT (nbd_poll (h, 0), 0);

  CHECK_OK (nbd_aio_flush (h, completion (&calls), 0));
  server_say (&s, "simple 0 1");
  CHECK_INT (nbd_poll2 (h, pipes[0], -1), 1);
  if (calls.called == 0) /* only the pipe was seen */
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
