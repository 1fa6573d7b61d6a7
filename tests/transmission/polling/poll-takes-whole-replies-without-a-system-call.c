/* SPDX-License-Identifier: MIT */

/* Replies that were received together need one receive.  The next calls of
 * nbd_poll take them from the buffer without a system call. */

#include "check.h"
#include "client.h"
#include "server.h"
#include "syscalls.h"

#define N 8

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls calls[N] = { 0 };
  char bufs[N][16];

  for (int i = 0; i < N; i++)
    CHECK_OK (nbd_aio_pread (h, bufs[i], 16, 0, completion (&calls[i]), 0));
  pump (h);
  for (int i = 1; i <= N; i++)
    server_say (&s, "simple 0 %d pattern 0 16", i);

  syscalls_made ();
  CHECK_INT (nbd_poll (h, -1), 1);
  struct syscalls made = syscalls_made ();
  CHECK_INT (made.receives, 1);
  CHECK (made.polls <= 1);
  CHECK_INT (calls[0].called, 1);

  for (int i = 1; i < N; i++) {
    CHECK_INT (nbd_poll (h, -1), 1);
    made = syscalls_made ();
    CHECK_INT (made.polls + made.receives + made.sends, 0);
    CHECK_INT (calls[i].called, 1);
  }
  nbd_close (h);
  server_close (&s);
}
