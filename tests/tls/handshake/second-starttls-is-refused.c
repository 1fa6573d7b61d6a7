/* SPDX-License-Identifier: MIT */

/* TLS starts once.  A server that agrees to a second STARTTLS breaks the
 * protocol; one that refuses it does not end the first session. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

static void
run (bool agrees)
{
  struct server s;
  struct nbd_handle *h = tls_handle ();
  struct calls c = { 0 };

  set_style (h, SIMPLE);
  CHECK_OK (nbd_set_opt_mode (h, true));
  tls_ask (&s, h);
  tls_accept (&s, h, NULL);
  CHECK_STATE (h, "NEGOTIATING");
  CHECK_INT (nbd_get_tls_negotiated (h), 1);

  CHECK_OK (nbd_aio_opt_starttls (h, completion (&c)));
  server_expect (&s, "option NBD_OPT_STARTTLS");
  server_say (&s, "reply NBD_OPT_STARTTLS %s",
              agrees ? "NBD_REP_ACK" : "NBD_REP_ERR_INVALID");
  pump (h);
  CHECK_CALLS (&c, 1);
  if (agrees) {
    CHECK_STATE (h, "DEAD");
    CHECK_INT (nbd_get_errno (), EPROTO);
  }
  else {
    CHECK_STATE (h, "NEGOTIATING");
    CHECK_INT (nbd_get_tls_negotiated (h), 1);
  }
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  requires_tls ();
  run (true);
  run (false);
}
