/* SPDX-License-Identifier: MIT */

/* Unknown flags and wrong states are refused by nbd_shutdown. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  CHECK_FAILS (nbd_shutdown (h, 0), ENOTCONN, "nbd_shutdown: ");
  nbd_close (h);
  h = server_handle (&s, SIMPLE);
  CHECK_FAILS (nbd_shutdown (h, 1), EINVAL, "nbd_shutdown: ");
  CHECK_FAILS (nbd_shutdown (h, 0x20000), EINVAL, "nbd_shutdown: ");
  CHECK_STATE (h, "READY");
  server_expect_nothing (&s);
  server_close (&s);
  pump (h);
  CHECK_FAILS (nbd_shutdown (h, 0), EINVAL, "nbd_shutdown: ");
  nbd_close (h);
}
