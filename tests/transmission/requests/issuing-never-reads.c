/* SPDX-License-Identifier: MIT */

/* A call that issues a command only sends: it reads no reply and runs no
 * callback, however many replies have arrived. */

#include "check.h"
#include "client.h"
#include "server.h"
#include "syscalls.h"

#define N 20

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls first = { .gives = 1 }, calls[N] = { 0 };
  uint64_t received = nbd_stats_bytes_received (h);
  char buf[4];

  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&first), 0));
  server_expect (&s, "request 0 READ 1 0 4");
  server_say (&s, "simple 0 1 \"data\"");

  syscalls_made ();
  for (int i = 0; i < N; i++) {
    CHECK_OK (nbd_aio_flush (h, completion (&calls[i]), 0));
    CHECK_INT (first.called, 0);
  }
  CHECK_OK (nbd_aio_disconnect (h, 0));
  struct syscalls made = syscalls_made ();
  CHECK_INT (made.receives, 0);
  CHECK_INT (made.polls, 0);
  CHECK (made.sends > 0);
  CHECK_INT (first.called, 0);
  CHECK_INT (nbd_stats_bytes_received (h), received);

  CHECK_OK (nbd_aio_notify_read (h));
  CHECK_CALLS (&first, 1);
  nbd_close (h);
  server_close (&s);
}
