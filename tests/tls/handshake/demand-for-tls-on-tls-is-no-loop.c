/* SPDX-License-Identifier: MIT */

/* If a server demands TLS for an export although the connection uses TLS, the
 * client does not ask for TLS again and again. */

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
  set_style (h, SIMPLE);
  tls_ask (&s, h);
  tls_accept (&s, h, NULL);
  s.drives = h;
  server_need (&s, 16);
  CHECK_INT (get_uint (s.in.p + 8, 4), 7);
  bytes_drop (&s.in, s.in.len);
  server_say (&s, "reply NBD_OPT_GO NBD_REP_ERR_TLS_REQD");
  pump (h);
  if (server_take (&s) > 0)
    server_expect (&s, "option NBD_OPT_ABORT");
  server_expect_nothing (&s);
  server_half_close (&s);
  pump (h);
  CHECK_STATE (h, "DEAD");
  nbd_close (h);
  server_close (&s);
}
