/* SPDX-License-Identifier: MIT */

/* nbd_aio_disconnect sends its request at once, after commands that were held
 * back.  Then no more commands are accepted. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define N 64

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls calls[N] = { 0 }, late = { 0 };
  char buf[4];

  for (int i = 0; i < N; i++)
    CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&calls[i]), 0));
  CHECK_OK (nbd_aio_disconnect (h, 0));
  CHECK_INT (server_take (&s), (N + 1) * 28);
  bytes_drop (&s.in, N * 28);
  server_expect (&s, "request 0 DISC %d 0 0", N + 1);
  CHECK (server_sees_end (&s));

  CHECK_FAILS (nbd_aio_disconnect (h, 0), EINVAL, "nbd_aio_disconnect: ");
  CHECK_FAILS (nbd_aio_flush (h, completion (&late), 0), EINVAL,
               "nbd_aio_flush: ");
  CHECK_CALLS (&late, 0);
  for (int i = 1; i <= N; i++)
    server_say (&s, "simple 0 %d \"data\"", i);
  server_close (&s);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  for (int i = 0; i < N; i++)
    CHECK_INT (calls[i].error, 0);
  nbd_close (h);
  for (int i = 0; i < N; i++)
    CHECK_CALLS (&calls[i], 1);
}
