/* SPDX-License-Identifier: MIT */

/* If a server agrees to STARTTLS and then sends nothing, or stops in the
 * middle of the handshake, the handle waits to read, and no call blocks. */

#include "check.h"
#include "client.h"
#include "tls-server.h"

static void
check_waiting (struct nbd_handle *h)
{
  pump (h);
  CHECK_STATE (h, "CONNECTING");
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  CHECK_INT (nbd_aio_notify_read (h), 0);
  CHECK_INT (nbd_poll (h, 0), 0);
  CHECK_STATE (h, "CONNECTING");
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h;

  requires_tls ();
  for (size_t budget = 0; budget < 120; budget += 7) {
    h = tls_handle ();
    tls_ask (&s, h);
    server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
    check_waiting (h);
    struct tls_server *t = tls_prepare (&s, NULL);
    t->budget = budget;
    CHECK_INT (tls_step (&s), GNUTLS_E_AGAIN);
    check_waiting (h);
    if (budget % 2 == 0) { /* the rest of the handshake was only late */
      t->budget = SIZE_MAX;
      tls_shake_hands (&s, h);
      CHECK_STATE (h, "CONNECTING");
      CHECK (server_take (&s) > 0);
    }
    nbd_close (h);
    server_close (&s);
  }
}
