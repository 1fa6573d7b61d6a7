/* SPDX-License-Identifier: MIT */

/* When sending has failed, each call of nbd_poll still serves one reply that
 * had arrived.  nbd_poll reports the broken connection only after the last
 * one. */

#include <errno.h>
#include <sys/socket.h>

#include "check.h"
#include "client.h"
#include "server.h"

/* One more than the number of commands that are sent at once. */
#define N 5

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls calls[N] = { 0 };
  struct calls messages = { 0 };
  char buf[N][4];

  CHECK_OK (nbd_set_debug_callback (h, debug (&messages)));
  CHECK_OK (nbd_set_debug (h, true));
  for (int i = 0; i < N; i++)
    CHECK_OK (nbd_aio_pread (h, buf[i], 4, 4 * i, completion (&calls[i]), 0));
  for (int i = 0; i < N - 1; i++)
    server_expect (&s, "request 0 READ %d %d 4", i + 1, 4 * i);
  server_expect_nothing (&s);
  server_say (&s, "simple 0 1 \"data\" simple 0 2 \"more\"");
  CHECK_INT (shutdown (s.fd, SHUT_RD), 0);

  CHECK_INT (nbd_poll (h, -1), 1);
  CHECK_INT (calls[0].called, 1);
  CHECK_BYTES (buf[0], 4, "data", 4);
  CHECK_INT (calls[1].called, 0);
  CHECK_INT (nbd_poll (h, -1), 1);
  CHECK_INT (calls[1].called, 1);
  CHECK_BYTES (buf[1], 4, "more", 4);
  CHECK_INT (calls[2].called, 0);
  CHECK_FAILS (nbd_poll (h, -1), EPIPE, "nbd_poll: ");
  CHECK_STATE (h, "DEAD");
  for (int i = 0; i < N; i++)
    CHECK_INT (calls[i].error, i < 2 ? 0 : ENOTCONN);
  nbd_close (h);
  for (int i = 0; i < N; i++)
    CHECK_CALLS (&calls[i], 1);
  server_close (&s);
}
