/* SPDX-License-Identifier: MIT */

/* If the server closes inside a message, the connection is broken: the handle
 * is DEAD, the error has no errno, and commands fail with ENOTCONN. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls calls = { 0 };
  char buf[8];

  CHECK_OK (nbd_aio_pread (h, buf, 8, 0, completion (&calls), 0));
  server_expect (&s, "request 0 READ 1 0 8");
  server_say (&s, "simple 0 1 \"half\"");
  CHECK_OK (nbd_aio_notify_read (h));
  CHECK_STATE (h, "PROCESSING");
  server_close (&s);
  CHECK_FAILS (nbd_aio_notify_read (h), 0, "nbd_aio_notify_read: ");
  CHECK_STATE (h, "DEAD");
  CHECK_INT (calls.error, ENOTCONN);
  CHECK_FAILS (nbd_aio_command_completed (h, 1), ENOTCONN,
               "nbd_aio_command_completed: read: command failed: ");
  CHECK_INT (nbd_aio_command_completed (h, 1), 0);
  nbd_close (h);
  CHECK_CALLS (&calls, 1);
}
