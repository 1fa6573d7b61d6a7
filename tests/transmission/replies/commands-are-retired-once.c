/* SPDX-License-Identifier: MIT */

/* Completed commands are kept in the order of completion until each is
 * retired, once.  Peek shows the oldest. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);

  CHECK_FAILS (nbd_aio_peek_command_completed (h), EINVAL, NULL);
  CHECK_FAILS (nbd_aio_command_completed (h, 0), EINVAL, NULL);
  CHECK_INT (nbd_aio_command_completed (h, 1), 0);

  for (int i = 1; i <= 3; i++)
    CHECK_INT (nbd_aio_flush (h, NBD_NULL_COMPLETION, 0), i);
  CHECK_INT (nbd_aio_peek_command_completed (h), 0);
  CHECK_INT (nbd_aio_command_completed (h, 2), 0);
  server_say (&s, "simple 0 3\nsimple EIO 1\nsimple 0 2");
  pump (h);
  CHECK_INT (nbd_aio_peek_command_completed (h), 3);
  CHECK_INT (nbd_aio_peek_command_completed (h), 3);
  CHECK_INT (nbd_aio_command_completed (h, 2), 1);
  CHECK_INT (nbd_aio_peek_command_completed (h), 3);
  CHECK_INT (nbd_aio_command_completed (h, 3), 1);
  CHECK_INT (nbd_aio_peek_command_completed (h), 1);
  CHECK_FAILS (nbd_aio_command_completed (h, 1), EIO,
               "nbd_aio_command_completed: flush: command failed: ");
  CHECK_INT (nbd_aio_command_completed (h, 1), 0);
  CHECK_INT (nbd_aio_command_completed (h, 2), 0);
  CHECK_FAILS (nbd_aio_peek_command_completed (h), EINVAL, NULL);
  CHECK_INT (nbd_aio_command_completed (h, 99), 0);
  nbd_close (h);
  server_close (&s);
}
