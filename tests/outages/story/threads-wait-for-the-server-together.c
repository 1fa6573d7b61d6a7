/* SPDX-License-Identifier: MIT */
/* All threads whose calls wait through an outage continue when the server is
 * back. */
#include "lasting.h"
#include "thread.h"

#define NR 6

void
test (void)
{
  struct address a;
  struct server s;
  struct blocking b[NR];
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);

  s.waits = true;
  for (int i = 0; i < NR; i++) {
    b[i] = (struct blocking) { .h = h, .call = blocking_pread, .number = i };
    blocking_start (&b[i]);
    server_request (&s, NULL);
  }
  server_close (&s);
  server_awaits (&s, &a);
  server_handshake (&s, SIMPLE, 1 << 20, FLAGS_ALL);
  for (int i = 0; i < NR; i++) {
    uint64_t cookie = server_request (&s, NULL);

    server_say (&s, "simple 0 %llu \"abcd\"", (unsigned long long) cookie);
  }
  for (int i = 0; i < NR; i++) {
    blocking_join (&b[i]);
    CHECK_INT (b[i].result, 0);
    CHECK_BYTES (b[i].buf, 4, "abcd", 4);
  }
  CHECK_INT (nbd_stats_reconnects (h), 1);
  CHECK_INT (nbd_stats_replayed (h), NR);
  lasting_close (h, &s, &a);
}
