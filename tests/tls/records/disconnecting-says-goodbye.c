/* SPDX-License-Identifier: MIT */

/* The client sends the close alert of TLS behind the disconnect request, so
 * that the server knows that nothing was cut off.  nbd_close alone sends
 * nothing. */

#include <unistd.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h;
  struct tls_server *t;
  uint16_t type;

  requires_tls ();
  h = tls_connected (&s, STRUCTURED, NULL);
  t = s.tls;
  CHECK_OK (nbd_aio_disconnect (h, 0));
  server_request (&s, &type);
  CHECK_INT (type, 2);
  server_take (&s);
  CHECK (t->ended);
  CHECK_INT (t->end, 0);
  tls_goodbye (&s);
  server_half_close (&s);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  nbd_close (h);
  server_close (&s);

  /* Some servers close without a close alert of their own. */
  h = tls_connected (&s, STRUCTURED, NULL);
  CHECK_OK (nbd_aio_disconnect (h, 0));
  server_take (&s);
  server_half_close (&s);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  nbd_close (h);
  server_close (&s);

  /* Some servers close before they have read the client's alert, which is a
   * reset. */
  h = tls_connected (&s, STRUCTURED, NULL);
  CHECK_OK (nbd_aio_disconnect (h, 0));
  close (s.fd);
  s.fd = -1;
  pump (h);
  CHECK_STATE (h, "CLOSED");
  nbd_close (h);
  s.transport->close (&s);
  server_close (&s);

  h = tls_connected (&s, STRUCTURED, NULL);
  t = s.tls;
  nbd_close (h);
  server_take (&s);
  CHECK (t->ended);
  CHECK_INT (t->end, GNUTLS_E_PREMATURE_TERMINATION);
  CHECK_INT (s.in.len, 0);
  server_close (&s);
}
