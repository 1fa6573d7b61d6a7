/* SPDX-License-Identifier: MIT */
/* A record that cannot be decrypted arrives together with a reply, and
 * nothing follows.  The reply is served, and the next call reports the
 * error. */

#include <string.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

void
test (void)
{
  static const char garbage[5 + 32] = { 23, 3, 3, 0, 32 };
  struct server s;
  struct nbd_handle *h = tls_connected (&s, SIMPLE, NULL);
  struct tls_server *t = s.tls;
  struct calls done = { 0 };
  char buf[4];

  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&done), 0));
  pump (h);
  CHECK_INT (server_request (&s, NULL), 1);
  t->holds = true;
  server_say (&s, "simple 0 1 \"abcd\"");
  put_mem (&t->held, garbage, sizeof garbage);
  tls_release (&s);

  CHECK_INT (nbd_poll (h, -1), 1);
  CHECK_INT (done.called, 1);
  CHECK (memcmp (buf, "abcd", 4) == 0);
  CHECK_FAILS (nbd_poll (h, 0), 0, "TLS: receive: Decryption has failed");
  CHECK_STATE (h, "DEAD");
  nbd_close (h);
  server_close (&s);
}
