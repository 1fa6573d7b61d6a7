/* SPDX-License-Identifier: MIT */

/* nbd_aio_in_flight counts the commands that wait to be sent and the
 * disconnect request.  It decreases when a reply is served, not when the
 * command is retired. */

#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define SIZE (4 << 20)

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls calls[4] = { 0 };
  char *buf = calloc (1, SIZE);
  char small[4];

  server_connect (&s, h, SIMPLE, SIZE, FLAGS_ALL);
  CHECK_INT (nbd_aio_in_flight (h), 0);
  CHECK_OK (nbd_aio_pwrite (h, buf, SIZE, 0, completion (&calls[0]), 0));
  CHECK_OK (nbd_aio_pread (h, small, 4, 0, completion (&calls[1]), 0));
  CHECK_OK (nbd_aio_flush (h, completion (&calls[2]), 0));
  CHECK_INT (nbd_aio_in_flight (h), 3);

  s.drives = h;
  server_need (&s, 28 + SIZE + 28 + 28);
  CHECK_INT (nbd_aio_in_flight (h), 3);
  server_say (&s, "simple 0 3");
  pump (h);
  CHECK_INT (nbd_aio_in_flight (h), 2);
  CHECK_OK (nbd_aio_disconnect (h, 0));
  CHECK_INT (nbd_aio_in_flight (h), 3);
  server_say (&s, "simple 0 1\nsimple 0 2 \"data\"");
  pump (h);
  CHECK_INT (nbd_aio_in_flight (h), 1);
  for (int cookie = 1; cookie <= 3; cookie++)
    CHECK_INT (nbd_aio_command_completed (h, cookie), 1);
  server_close (&s);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  CHECK_INT (nbd_aio_in_flight (h), 0);
  nbd_close (h);
  free (buf);
}
