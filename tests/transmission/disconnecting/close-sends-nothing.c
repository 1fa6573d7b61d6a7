/* SPDX-License-Identifier: MIT */

/* nbd_close sends neither commands that are held back, because their payloads
 * may have been freed, nor a disconnect request. */

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
  char *buf = calloc (1, SIZE);
  size_t seen;

  server_connect (&s, h, SIMPLE, SIZE, FLAGS_ALL);
  CHECK_OK (nbd_aio_pwrite (h, buf, SIZE, 0, NBD_NULL_COMPLETION, 0));
  CHECK_OK (nbd_aio_flush (h, NBD_NULL_COMPLETION, 0));
  free (buf);
  seen = server_take (&s);
  CHECK (seen < SIZE);
  nbd_close (h);
  CHECK_INT (server_take (&s), seen);
  CHECK (server_sees_end (&s));
  server_close (&s);
}
