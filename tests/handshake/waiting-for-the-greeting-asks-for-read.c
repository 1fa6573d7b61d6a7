/* SPDX-License-Identifier: MIT */

/* If the server sends nothing, the client sends nothing either, waits for
 * READ, and can be closed. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  server_open (&s, h);
  pump (h);
  CHECK_STATE (h, "CONNECTING");
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  CHECK_INT (nbd_poll (h, 0), 0);
  CHECK_OK (nbd_aio_notify_read (h));
  server_expect_nothing (&s);
  CHECK_FAILS (nbd_aio_in_flight (h), EINVAL, "nbd_aio_in_flight: ");
  CHECK_FAILS (nbd_get_size (h), EINVAL, "nbd_get_size: ");
  CHECK_FAILS (nbd_aio_connect_socket (h, 0), EINVAL, NULL);
  nbd_close (h);
  CHECK (server_sees_end (&s));
  server_close (&s);
}
