/* SPDX-License-Identifier: MIT */

/* The client uses TLS 1.2 and 1.3.  It uses older versions only if the
 * program's priority string asks for them. */

#include "check.h"
#include "client.h"
#include "tls-server.h"

/* The version that was negotiated, 0 if none. */
static int
run (const char *version, const char *priority)
{
  struct server s;
  struct nbd_handle *h = tls_handle ();
  int r = GNUTLS_E_AGAIN, found = 0;

  if (priority)
    CHECK_OK (nbd_set_tls_priority (h, priority));
  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  struct tls_server *t = tls_prepare (&s, version);
  for (int i = 0; i < 10 && r == GNUTLS_E_AGAIN; i++) {
    pump (h);
    r = tls_step (&s);
  }
  if (r == GNUTLS_E_SUCCESS) {
    pump (h);
    CHECK (server_take (&s) > 0);
    found = gnutls_protocol_get_version (t->session);
  }
  else {
    server_half_close (&s);
    pump (h);
    CHECK_STATE (h, "DEAD");
  }
  nbd_close (h);
  server_close (&s);
  return found;
}

void
test (void)
{
  static const char no_new[] = "NORMAL:-VERS-ALL:+VERS-TLS1.2";

  requires_tls ();
  CHECK_INT (run (NULL, NULL), GNUTLS_TLS1_3);
  CHECK_INT (run ("TLS1.2", NULL), GNUTLS_TLS1_2);
  CHECK_INT (run (NULL, no_new), GNUTLS_TLS1_2);
  CHECK_INT (run ("TLS1.3", no_new), 0);
  CHECK_INT (run ("TLS1.1", NULL), 0);
  CHECK_INT (run ("TLS1.0", NULL), 0);
}
