/* SPDX-License-Identifier: MIT */

/* Plain text behind the server's agreement to STARTTLS may come from somebody
 * else than the server.  It ends the connection, even if a valid TLS
 * handshake would follow.
 *
 * This is CVE-2021-3716 with client and server exchanged. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

static const char *const rows[] = {
  "reply NBD_OPT_EXTENDED_HEADERS NBD_REP_ACK",
  "reply NBD_OPT_STRUCTURED_REPLY NBD_REP_ACK",
  "reply NBD_OPT_STARTTLS NBD_REP_ACK",
  "u8 0",
  "u8 22",
};

static void
run (const char *injected, bool by_hand)
{
  struct server s;
  struct nbd_handle *h = tls_handle ();
  struct calls c = { 0 };

  if (by_hand) {
    CHECK_OK (nbd_set_tls (h, LIBNBD_TLS_DISABLE));
    set_style (h, SIMPLE);
    CHECK_OK (nbd_set_opt_mode (h, true));
    server_open (&s, h);
    server_say (&s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE");
    pump (h);
    CHECK_OK (nbd_aio_opt_starttls (h, completion (&c)));
    server_expect (&s, "u32 FIXED_NEWSTYLE option NBD_OPT_STARTTLS");
  }
  else
    tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK\n%s", injected);
  tls_prepare (&s, NULL);
  s.gives_up = true;
  for (int i = 0; i < 10; i++) {
    pump (h);
    if (tls_step (&s) == GNUTLS_E_SUCCESS)
      FAIL ("the session was established all the same");
  }
  CHECK_STATE (h, "DEAD");
  CHECK_ERROR (EPROTO, "STARTTLS");
  if (by_hand) {
    CHECK_CALLS (&c, 1);
    CHECK (c.error != 0);
  }
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */

  requires_tls ();
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i])) {
      run (rows[i], false);
      run (rows[i], true);
    }
  check_rows_end ();
}
