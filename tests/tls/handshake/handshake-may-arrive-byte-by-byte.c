/* SPDX-License-Identifier: MIT */

/* Records of the handshake and of the data may arrive in any pieces.  After
 * each byte the client waits for the next one, and the direction is READ
 * only. */

#include <string.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

static void
run (const char *version)
{
  struct server s;
  struct nbd_handle *h = tls_handle ();
  struct calls c = { .gives = 1 };
  static char buf[20000];

  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  struct tls_server *t = tls_prepare (&s, version);

  t->at_once = 1;
  while (tls_step (&s) == GNUTLS_E_AGAIN) {
    pump (h);
    CHECK_STATE (h, "CONNECTING");
    CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  }
  s.drives = h;
  server_options (&s, STRUCTURED, 1 << 20, FLAGS_ALL);
  pump (h);
  CHECK_STATE (h, "READY");
  CHECK_INT (nbd_get_tls_negotiated (h), 1);

  CHECK_OK (nbd_aio_pread (h, buf, sizeof buf, 0, completion (&c), 0));
  CHECK_INT (server_request (&s, NULL), 1);
  server_say (&s, "chunk DONE OFFSET_DATA 1 u64 0 pattern 0 %zu", sizeof buf);
  pump (h);
  CHECK_CALLS (&c, 1);
  CHECK_INT (c.error, 0);
  for (size_t i = 0; i < sizeof buf; i++)
    CHECK_INT ((uint8_t) buf[i], pattern_at (i));
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  requires_tls ();
  check_case ("TLS 1.2");
  run ("TLS1.2");
  check_case ("TLS 1.3");
  run ("TLS1.3");
}
