/* SPDX-License-Identifier: MIT */

/* Makes all handles of the test that it is linked with use TLS. */

#include "tls-server.h"

static struct nbd_handle *
encrypted_handle (struct server *s, enum style style)
{
  requires_tls ();
  return tls_connected (s, style, NULL);
}

static void use_tls (void) __attribute__ ((constructor));

static void
use_tls (void)
{
  server_handle_instead = encrypted_handle;
}
