/* SPDX-License-Identifier: MIT */

/* What conversations do about TLS. */

#include "check.h"
#include "conversations.h"
#include "tls-server.h"

void
prepare_tls (struct nbd_handle *h)
{
  set_style (h, SIMPLE);
  tls_client (h, LIBNBD_TLS_REQUIRE);
}

void
agree_to_tls (struct nbd_handle *h)
{
  int r = GNUTLS_E_AGAIN;

  if (talk.dropped)
    return;
  tls_prepare (&talk.s, NULL);
  while (!talk.dropped && r != GNUTLS_E_SUCCESS) {
    r = tls_step (&talk.s);
    if (r != GNUTLS_E_SUCCESS && r != GNUTLS_E_AGAIN)
      FAIL ("the server's handshake: %s", gnutls_strerror (r));
    pump (h);
    if (!talk.dropped)
      talk.rests ();
    else
      break;
    if (nbd_aio_is_dead (h))
      FAIL ("the client gave up: %s", nbd_get_error ());
  }
}

bool
tls_is_possible (void)
{
  return true;
}
