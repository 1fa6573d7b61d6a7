/* SPDX-License-Identifier: MIT */

/* If sending fails in the call that issues a command, the call still returns
 * a cookie.  The next call that drives the handle serves the replies that had
 * arrived, then fails the command, and the handle is dead. */

#include <errno.h>
#include <stddef.h>

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

  CHECK_INT (nbd_aio_pread (h, other, 4, 0, completion (&lost), 0), 2);
  CHECK_INT (answered.called, 0);
  CHECK_INT (lost.called, 0);
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);

  pump (h);
  CHECK_STATE (h, "DEAD");
  CHECK_INT (answered.called, 1);
  CHECK_INT (answered.error, 0);
  CHECK_BYTES (buf, 4, "data", 4);
  CHECK_INT (lost.called, 1);
  CHECK_INT (lost.error, ENOTCONN);
  CHECK_INT (nbd_aio_command_completed (h, 1), 1);
  CHECK_FAILS (nbd_aio_command_completed (h, 2), ENOTCONN, "command failed");
  nbd_close (h);
}
