/* SPDX-License-Identifier: MIT */

/* If a program closes the handle's descriptor, the next call that reads fails
 * with ENOTCONN, and not because of a bad descriptor. */

#include <errno.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls read = { 0 };
  char buf[4];

  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&read), 0));
  close (nbd_aio_get_fd (h));
  CHECK_FAILS (nbd_aio_notify_read (h), ENOTCONN, "recv");
  CHECK_STATE (h, "DEAD");
  CHECK_INT (read.called, 1);
  CHECK_INT (read.error, ENOTCONN);
  nbd_close (h);
  server_close (&s);
}
