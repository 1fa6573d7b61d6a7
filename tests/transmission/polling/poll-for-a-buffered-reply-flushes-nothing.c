/* SPDX-License-Identifier: MIT */

/* If nbd_poll takes a complete reply from the receive buffer, it does not use
 * the socket, not even to send.  If it has to use the socket, it sends. */

#include "check.h"
#include "client.h"
#include "server.h"
#include "syscalls.h"

#define N 32

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls calls[N] = { 0 }, more[N] = { 0 };
  char buf[16];
  size_t seen;

  for (int i = 0; i < N; i++)
    CHECK_OK (nbd_aio_pread (h, buf, 16, 0, completion (&calls[i]), 0));
  pump (h);
  for (int i = 0; i < N; i++)
    server_request (&s, NULL);
  for (int i = 1; i <= N; i++)
    server_say (&s, "simple 0 %d pattern 0 16", i);
  CHECK_INT (nbd_poll (h, 0), 1);

  /* Some of these are held back, because many commands are unanswered. */
  for (int i = 0; i < 4; i++)
    CHECK_OK (nbd_aio_pread (h, buf, 16, 0, completion (&more[i]), 0));
  seen = server_take (&s);
  if (seen == 4 * 28)
    FAIL ("nothing was held back with %d in flight", N - 1);
  syscalls_made ();
  CHECK_INT (nbd_poll (h, 0), 1);
  struct syscalls made = syscalls_made ();
  CHECK_INT (made.polls + made.receives + made.sends, 0);
  CHECK_INT (server_take (&s), seen);

  while (nbd_poll (h, 0) == 1)
    ;
  CHECK_INT (server_take (&s), 4 * 28);
  nbd_close (h);
  server_close (&s);
}
