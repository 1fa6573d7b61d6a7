/* SPDX-License-Identifier: MIT */

/* When the connection breaks, the notify call says why, each command says
 * that it lost its connection, and the handle stays DEAD. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls calls[2] = { 0 };
  char buf[4];

  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&calls[0]), 0));
  CHECK_OK (nbd_aio_flush (h, completion (&calls[1]), 0));
  server_say (&s, "u32 0x11111111 zero 12");
  CHECK_FAILS (nbd_aio_notify_read (h), 0, "nbd_aio_notify_read: ");
  CHECK_CONTAINS (nbd_get_error (), "magic");
  CHECK_STATE (h, "DEAD");
  for (int i = 0; i < 2; i++) {
    CHECK_INT (calls[i].called, 1);
    CHECK_INT (calls[i].error, ENOTCONN);
  }
  CHECK_INT (nbd_aio_in_flight (h), 0);
  CHECK_INT (nbd_aio_get_direction (h), 0);
  CHECK_FAILS (nbd_aio_notify_read (h), EINVAL, NULL);
  CHECK_FAILS (nbd_aio_notify_write (h), EINVAL, NULL);
  CHECK_FAILS (nbd_poll (h, 0), EINVAL, NULL);
  CHECK_FAILS (nbd_aio_get_fd (h), EINVAL, NULL);
  CHECK_FAILS (nbd_aio_flush (h, NBD_NULL_COMPLETION, 0), EINVAL, NULL);
  CHECK_FAILS (nbd_shutdown (h, 0), EINVAL, NULL);
  CHECK_FAILS (nbd_aio_connect_socket (h, -1), EINVAL, NULL);
  CHECK_FAILS (nbd_aio_command_completed (h, 1), ENOTCONN,
               "read: command failed");
  nbd_close (h);
  CHECK_CALLS (&calls[0], 1);
  CHECK_CALLS (&calls[1], 1);
  server_close (&s);
}
