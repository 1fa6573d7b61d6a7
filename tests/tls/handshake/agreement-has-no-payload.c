/* SPDX-License-Identifier: MIT */

/* A payload in the server's agreement to STARTTLS ends the connection, as
 * bytes behind the agreement do. */

#include "check.h"
#include "client.h"
#include "tls-server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h;

  requires_tls ();
  h = tls_handle ();
  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK u8 0");
  pump (h);
  CHECK_STATE (h, "DEAD");
  CHECK_CONTAINS (nbd_get_error (), "STARTTLS");
  server_expect_nothing (&s);
  nbd_close (h);
  server_close (&s);
}
