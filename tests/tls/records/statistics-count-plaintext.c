/* SPDX-License-Identifier: MIT */

/* Statistics count plain text, without the bytes that encryption adds. */

#include "check.h"
#include "client.h"
#include "tls-server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h;
  struct calls c = { .gives = 1 };
  char buf[8];

  requires_tls ();
  h = tls_connected (&s, SIMPLE, NULL);
  uint64_t sent = nbd_stats_bytes_sent (h);
  uint64_t received = nbd_stats_bytes_received (h);

  CHECK_OK (nbd_aio_pread (h, buf, 8, 0, completion (&c), 0));
  CHECK_INT (nbd_stats_bytes_sent (h) - sent, 28);
  server_request (&s, NULL);
  server_say (&s, "simple 0 1 pattern 0 8");
  pump (h);
  CHECK_CALLS (&c, 1);
  CHECK_INT (nbd_stats_bytes_received (h) - received, 16 + 8);
  nbd_close (h);
  server_close (&s);
}
