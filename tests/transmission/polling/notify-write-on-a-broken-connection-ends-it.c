/* SPDX-License-Identifier: MIT */

/* A main loop that delivers only write events also learns that sending
 * failed: nbd_aio_notify_write serves the reply that had arrived, then
 * reports the error. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls answered = { 0 }, lost = { 0 };
  char buf[4], other[4];

  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&answered), 0));
  server_expect (&s, "request 0 READ 1 0 4");
  server_say (&s, "simple 0 1 \"data\"");
  server_close (&s);
  CHECK_OK (nbd_aio_pread (h, other, 4, 0, completion (&lost), 0));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);

  CHECK_INT (nbd_aio_notify_write (h), -1);
  CHECK_CONTAINS (nbd_get_error (), "nbd_aio_notify_write");
  CHECK_STATE (h, "DEAD");
  CHECK_INT (answered.error, 0);
  CHECK_BYTES (buf, 4, "data", 4);
  CHECK_INT (lost.error, ENOTCONN);
  nbd_close (h);
  CHECK_CALLS (&answered, 1);
  CHECK_CALLS (&lost, 1);
}
