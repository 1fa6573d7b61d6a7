/* SPDX-License-Identifier: MIT */

/* Each of the first commands is sent before the call that issues it returns.
 * With any number in flight, the commands that are held back are at most half
 * as many as those that were sent, and have at most 96 KiB. */

#include "check.h"
#include "client.h"
#include "server.h"

#define N 400

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  static struct calls calls[N];
  static char payload[60000];
  char buf[4];

  for (int i = 1; i <= N; i++) {
    CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&calls[i - 1]), 0));
    int sent = server_take (&s) / 28;

    if (i <= 4)
      CHECK_INT (sent, i);
    if ((i - sent) * 2 > sent)
      FAIL ("%d of %d commands are held back", i - sent, i);
  }
  pump (h);
  CHECK_INT (server_take (&s), N * 28);
  bytes_drop (&s.in, s.in.len);

  struct calls writes[2] = { 0 };
  for (int i = 0; i < 2; i++)
    CHECK_OK (nbd_aio_pwrite (h, payload, sizeof payload, 0,
                              completion (&writes[i]), 0));
  CHECK (server_take (&s) >= 2 * (28 + sizeof payload) - (96 << 10));
  nbd_close (h);
  server_close (&s);
}
