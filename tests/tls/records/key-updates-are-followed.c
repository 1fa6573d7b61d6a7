/* SPDX-License-Identifier: MIT */

/* A long session changes its keys.  The client follows, answers and
 * continues.  A server of TLS 1.2 that asks for a new handshake does not get
 * one, and no call loops. */

#include "check.h"
#include "client.h"
#include "tls-server.h"

static void
read_once (struct server *s, struct nbd_handle *h, int cookie)
{
  struct calls c = { .gives = 1 };
  char buf[4];

  server_serves_read (s, h, buf, completion (&c), cookie);
  pump (h);
  CHECK_CALLS (&c, 1);
  CHECK_INT (c.error, 0);
  CHECK_BYTES (buf, 4, "abcd", 4);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h;
  struct tls_server *t;

  requires_tls ();
  h = tls_connected (&s, SIMPLE, "TLS1.3");
  t = s.tls;
  for (int i = 1; i < 5; i++) {
    CHECK_INT (
      gnutls_session_key_update (t->session, i & 1 ? GNUTLS_KU_PEER : 0), 0);
    pump (h);
    CHECK_STATE (h, "READY");
    read_once (&s, h, i);
  }
  nbd_close (h);
  server_close (&s);

  h = tls_connected (&s, SIMPLE, "TLS1.2");
  t = s.tls;
  gnutls_rehandshake (t->session);
  pump (h);
  if (!nbd_aio_is_dead (h))
    read_once (&s, h, 1);
  nbd_close (h);
  server_close (&s);
}
