/* SPDX-License-Identifier: MIT */
/* Who cannot be reached is told by numbers, also where the system has no
 * such sockets. */
#include "check.h"

void
test (void)
{
  struct nbd_handle *h = nbd_create ();

  if (!nbd_supports_vsock (h))
    skip ("this library was built without AF_VSOCK");
  CHECK_INT (nbd_connect_vsock (h, 3000000007, 4000000009), -1);
  CHECK_CONTAINS (nbd_get_error (), "cid 3000000007 port 4000000009");
  nbd_close (h);
}
