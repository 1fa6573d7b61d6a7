/* SPDX-License-Identifier: MIT */

/* A main loop that polls only for READ, because it asked for the direction
 * before it issued commands, is late but not stuck: commands that are held
 * back are sent when replies are served. */

#include "check.h"
#include "client.h"
#include "server.h"

#define N 200

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  static struct calls calls[N];
  char buf[4];
  int answered = 0;

  for (int i = 0; i < N; i++) {
    calls[i].gives = 1;
    CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&calls[i]), 0));
  }
  CHECK_INT (nbd_aio_in_flight (h), N);
  while (answered < N) {
    int before = answered;

    while (server_take (&s) >= 28) {
      server_say (&s, "simple 0 %d \"data\"",
                  (int) server_request (&s, NULL));
      answered++;
    }
    if (answered == before)
      FAIL ("%d of %d commands were never sent", N - answered, N);
    CHECK_OK (nbd_aio_notify_read (h));
  }
  CHECK_OK (nbd_aio_notify_read (h));
  CHECK_INT (nbd_aio_in_flight (h), 0);
  for (int i = 0; i < N; i++)
    CHECK_CALLS (&calls[i], 1);
  nbd_close (h);
  server_close (&s);
}
