/* SPDX-License-Identifier: MIT */

/* If a server sends an alert and closes before it has sent anything else, the
 * message quotes the alert, although the client first notices that it cannot
 * send. */

#include "check.h"
#include "client.h"
#include "tls-server.h"

static void
run (bool says_why)
{
  struct server s;
  struct nbd_handle *h = tls_handle ();

  set_style (h, SIMPLE);
  CHECK_OK (nbd_set_opt_mode (h, true));
  tls_ask (&s, h);
  tls_accept (&s, h, NULL);
  CHECK_STATE (h, "NEGOTIATING");
  struct tls_server *t = s.tls;
  if (says_why)
    CHECK_INT (gnutls_alert_send (t->session, GNUTLS_AL_FATAL,
                                  GNUTLS_A_ACCESS_DENIED),
               0);
  server_close (&s);
  CHECK_INT (nbd_opt_go (h), -1);
  CHECK_CONTAINS (nbd_get_error (),
                  says_why ? "the server sent the alert: Access was denied"
                           : "the server closed the connection");
  CHECK_STATE (h, "DEAD");
  nbd_close (h);
}

void
test (void)
{
  requires_tls ();
  run (true);
  run (false);
}
