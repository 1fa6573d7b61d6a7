/* SPDX-License-Identifier: MIT */

/* Cookies count accepted commands, from 1. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  char buf[4];

  CHECK_INT (nbd_aio_flush (h, NBD_NULL_COMPLETION, 0), 1);
  CHECK_FAILS (nbd_aio_pread (h, buf, 4, 1 << 20, NBD_NULL_COMPLETION, 0),
               EINVAL, NULL);
  CHECK_FAILS (nbd_aio_flush (h, NBD_NULL_COMPLETION, 1), EINVAL, NULL);
  CHECK_INT (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION, 0), 2);
  server_expect (&s, "request 0 FLUSH 1 0 0\nrequest 0 READ 2 0 4");
  nbd_close (h);
  server_close (&s);
}
