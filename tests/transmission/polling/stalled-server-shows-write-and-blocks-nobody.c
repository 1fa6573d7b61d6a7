/* SPDX-License-Identifier: MIT */

/* If the server does not read while several MiB of writes are issued, the
 * direction includes WRITE, and no asynchronous call blocks. */

#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define SIZE (1 << 20)
#define N 8

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls calls[N] = { 0 };
  char *buf = calloc (1, SIZE);

  for (int i = 0; i < N; i++)
    CHECK_OK (nbd_aio_pwrite (h, buf, SIZE, 0, completion (&calls[i]), 0));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);
  CHECK_STATE (h, "PROCESSING");
  CHECK_INT (nbd_poll (h, 0), 0);
  CHECK_OK (nbd_aio_notify_read (h));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);
  CHECK_OK (nbd_aio_notify_write (h));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);
  CHECK_OK (nbd_aio_flush (h, NBD_NULL_COMPLETION, 0));
  CHECK_INT (nbd_aio_in_flight (h), N + 1);
  CHECK_OK (nbd_aio_disconnect (h, 0));

  /* The handle continues when the server reads. */
  s.drives = h;
  server_need (&s, N * (28 + SIZE) + 28 + 28);
  for (int i = N + 1; i > 0; --i)
    server_say (&s, "simple 0 %d", i);
  server_close (&s);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  for (int i = 0; i < N; i++) {
    CHECK_INT (calls[i].called, 1);
    CHECK_INT (calls[i].error, 0);
  }
  nbd_close (h);
  free (buf);
}
