/* SPDX-License-Identifier: MIT */

/* If the connection ends anywhere in the TLS handshake, the handle is dead,
 * the message says so, and nothing leaks. */

#include "check.h"
#include "client.h"
#include "tls-server.h"

/* Cut after this many bytes of the server; true if there were no more. */
static bool
run (const char *version, size_t budget)
{
  struct server s;
  struct nbd_handle *h = tls_handle ();
  bool all = false;

  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  struct tls_server *t = tls_prepare (&s, version);
  t->budget = budget;
  for (int i = 0; i < 8 && !all; i++) {
    pump (h);
    all = tls_step (&s) == GNUTLS_E_SUCCESS;
  }
  pump (h);
  CHECK_STATE (h, "CONNECTING");
  if (budget % 5 != 0) {
    server_close (&s);
    pump (h);
    CHECK_STATE (h, "DEAD");
    CHECK (nbd_get_error () != NULL);
  }
  nbd_close (h);
  server_close (&s);
  return all;
}

void
test (void)
{
  requires_tls ();
  check_case ("TLS 1.2");
  for (size_t n = 0; !run ("TLS1.2", n); n += 3)
    ;
  check_case ("TLS 1.3");
  for (size_t n = 0; !run ("TLS1.3", n); n += 3)
    ;
}
