/* SPDX-License-Identifier: MIT */

/* If the server closes between two messages, the connection ends normally:
 * the notify call returns 0 and the handle is CLOSED. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  char buf[4] = "old";

  server_close (&s);
  CHECK_INT (nbd_aio_notify_read (h), 0);
  CHECK_STATE (h, "CLOSED");
  CHECK_INT (nbd_aio_get_direction (h), 0);
  CHECK_FAILS (nbd_aio_get_fd (h), EINVAL, NULL);
  CHECK_FAILS (nbd_poll (h, 0), EINVAL, NULL);
  CHECK_FAILS (nbd_poll2 (h, -1, 0), EINVAL, NULL);
  CHECK_FAILS (nbd_aio_notify_read (h), EINVAL, NULL);
  CHECK_FAILS (nbd_pread (h, buf, 4, 0, 0), EINVAL, "nbd_pread: ");
  CHECK_BYTES (buf, 4, "\0\0\0", 4);
  CHECK_INT (nbd_get_size (h), 1 << 20);
  nbd_close (h);
}
