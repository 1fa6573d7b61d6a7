/* SPDX-License-Identifier: MIT */
/* If a vsock server cannot be reached, the error has its cid and its port,
 * also on a system without vsock. */
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
