/* SPDX-License-Identifier: MIT */

/* The handle is READY while commands are in flight, and PROCESSING while a
 * message is partly sent or received.  The direction corresponds to that. */

#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define SIZE (4 << 20)

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls calls[2] = { 0 };
  char *buf = calloc (1, SIZE);

  CHECK_STATE (h, "CREATED");
  CHECK_INT (nbd_aio_get_direction (h), 0);
  server_connect (&s, h, SIMPLE, SIZE, FLAGS_ALL);
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  CHECK_OK (nbd_aio_pread (h, buf, 8, 0, completion (&calls[0]), 0));
  CHECK_STATE (h, "READY");
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);

  server_say (&s, "u32 0x67446698 u32 0");
  pump (h);
  CHECK_STATE (h, "PROCESSING");
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  server_say (&s, "u64 1 \"half\"");
  pump (h);
  CHECK_STATE (h, "PROCESSING");
  server_say (&s, "\"done\"");
  pump (h);
  CHECK_STATE (h, "READY");

  CHECK_OK (nbd_aio_pwrite (h, buf, SIZE, 0, completion (&calls[1]), 0));
  CHECK_STATE (h, "PROCESSING");
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);
  s.drives = h;
  server_need (&s, 28 + 28 + SIZE);
  pump (h);
  CHECK_STATE (h, "READY");
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  CHECK (nbd_connection_state (h) != NULL);
  nbd_close (h);
  server_close (&s);
  free (buf);
}
