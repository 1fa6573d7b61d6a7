/* SPDX-License-Identifier: MIT */

/* Statistics count a request when it is given to the transport, and a reply
 * when the state machine takes it, not when it is received. */

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  uint64_t sent = nbd_stats_bytes_sent (h);
  uint64_t received = nbd_stats_bytes_received (h);
  uint64_t chunks_sent = nbd_stats_chunks_sent (h);
  uint64_t chunks_received = nbd_stats_chunks_received (h);
  struct calls calls[3] = { 0 };
  char buf[8];

  for (int i = 0; i < 3; i++)
    CHECK_OK (nbd_aio_pread (h, buf, 8, 0, completion (&calls[i]), 0));
  CHECK_INT (nbd_stats_bytes_sent (h) - sent, 3 * 28);
  CHECK_INT (nbd_stats_chunks_sent (h) - chunks_sent, 3);
  server_say (&s, "simple 0 1 pattern 0 8\nsimple EIO 2\n"
                  "simple 0 3 pattern 0 8");

  CHECK_INT (nbd_poll (h, 0), 1);
  CHECK_INT (nbd_stats_bytes_received (h) - received, 16 + 8);
  CHECK_INT (nbd_stats_chunks_received (h) - chunks_received, 1);
  CHECK_INT (nbd_poll (h, 0), 1);
  CHECK_INT (nbd_stats_bytes_received (h) - received, 16 + 8 + 16);
  CHECK_INT (nbd_poll (h, 0), 1);
  CHECK_INT (nbd_stats_bytes_received (h) - received, 3 * 16 + 2 * 8);
  CHECK_INT (nbd_stats_chunks_received (h) - chunks_received, 3);
  nbd_close (h);
  server_close (&s);
}
