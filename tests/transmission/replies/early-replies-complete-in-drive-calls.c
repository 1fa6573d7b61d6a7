/* SPDX-License-Identifier: MIT */

/* A write that the server refuses before its payload is sent completes when
 * the payload is sent.  Even if a call that issues a command sends the rest
 * of the payload, that call runs no callback. */

#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define SIZE (400 << 10)

static void
run (bool disconnects)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls refused = { 0 };
  char *buf = calloc (1, SIZE);

  CHECK_OK (nbd_aio_pwrite (h, buf, SIZE, 0, completion (&refused), 0));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);
  server_say (&s, "simple ENOSPC 1");
  CHECK_OK (nbd_aio_notify_read (h));
  CHECK_INT (refused.called, 0);
  server_take (&s); /* make space in the socket */
  if (disconnects)
    CHECK_OK (nbd_aio_disconnect (h, 0));
  else
    CHECK_OK (nbd_aio_flush (h, NBD_NULL_COMPLETION, 0));
  CHECK_INT (refused.called, 0);
  CHECK (is_awake (h));
  s.drives = h;
  server_need (&s, 28 + SIZE + 28);
  pump (h);
  CHECK_INT (refused.called, 1);
  CHECK_INT (refused.error, 28);
  nbd_close (h);
  server_close (&s);
  free (buf);
}

void
test (void)
{
  check_case ("another command");
  run (false);
  check_case ("disconnect");
  run (true);
}
