/* SPDX-License-Identifier: MIT */

/* If an idle handle has shown only READ, delivering a write event is an error
 * of the caller, and harmless. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls calls = { .gives = 1 };

  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  CHECK_FAILS (nbd_aio_notify_write (h), EINVAL, "nbd_aio_notify_write: ");
  CHECK_STATE (h, "READY");

  CHECK_OK (nbd_aio_flush (h, completion (&calls), 0));
  server_expect (&s, "request 0 FLUSH 1 0 0");
  server_say (&s, "simple 0 1");
  pump (h);
  CHECK_CALLS (&calls, 1);
  CHECK_FAILS (nbd_aio_notify_write (h), EINVAL, NULL);
  nbd_close (h);
  server_close (&s);
}
