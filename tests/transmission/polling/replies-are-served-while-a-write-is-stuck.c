/* SPDX-License-Identifier: MIT */

/* Sending and receiving are independent: replies to earlier commands are
 * served while the payload of a write waits for space in the socket. */

#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define SIZE (8 << 20)

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls calls[4] = { 0 };
  char *buf = calloc (1, SIZE);
  char small[4];

  server_connect (&s, h, SIMPLE, SIZE, FLAGS_ALL);
  CHECK_OK (nbd_aio_pread (h, small, 4, 0, completion (&calls[0]), 0));
  CHECK_OK (nbd_aio_flush (h, completion (&calls[1]), 0));
  CHECK_OK (nbd_aio_pwrite (h, buf, SIZE, 0, completion (&calls[2]), 0));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);
  server_say (&s, "simple 0 2\nsimple 0 1 \"data\"");
  pump (h);
  CHECK_INT (calls[0].called, 1);
  CHECK_INT (calls[1].called, 1);
  CHECK_BYTES (small, 4, "data", 4);
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);

  /* Even the early error of this write is served.  Its payload is still
   * sent. */
  server_say (&s, "simple ENOSPC 3");
  pump (h);
  s.drives = h;
  server_need (&s, 28 + 28 + 28 + SIZE);
  CHECK_INT (s.in.len, 28 + 28 + 28 + SIZE);
  pump (h);
  CHECK_INT (calls[2].called, 1);
  CHECK_INT (calls[2].error, 28);
  CHECK_STATE (h, "READY");
  bytes_drop (&s.in, s.in.len);
  CHECK_OK (nbd_aio_flush (h, completion (&calls[3]), 0));
  server_expect (&s, "request 0 FLUSH 4 0 0");
  server_say (&s, "simple 0 4");
  pump (h);
  CHECK_INT (calls[3].called, 1);
  nbd_close (h);
  server_close (&s);
  free (buf);
}
