/* SPDX-License-Identifier: MIT */

/* A library without TLS does not pretend. */

#include <errno.h>

#include "check.h"
#include "server.h"

void
test (void)
{
  struct nbd_handle *h = nbd_create ();

  if (nbd_supports_tls (h))
    skip ("this library was built with TLS");
  CHECK_FAILS (nbd_set_tls (h, LIBNBD_TLS_ALLOW), ENOTSUP, "TLS");
  CHECK_FAILS (nbd_set_tls (h, LIBNBD_TLS_REQUIRE), ENOTSUP, "TLS");
  CHECK_INT (nbd_get_tls (h), LIBNBD_TLS_DISABLE);
  CHECK_OK (nbd_set_tls (h, LIBNBD_TLS_DISABLE));
  CHECK_FAILS (nbd_connect_uri (h, "nbds+unix:///?socket=/nowhere"), ENOTSUP,
               "");
  nbd_close (h);
}
