/* SPDX-License-Identifier: MIT */

/* The library sends a flush by itself after a few writes, long before half of
 * the journal is used, because it must learn what a flush costs the
 * server. */

#include "own-flush.h"

static struct address address;
static struct server server;

void
test (void)
{
  struct nbd_handle *h = lasting_handle (&server, &address, SIMPLE);

  CHECK_INT (nbd_get_journal_size (h), 64 << 20);
  uint64_t flush = write_until_flush (h, &server);
  server_say (&server, "simple 0 %llu", (unsigned long long) flush);
  pump (h);
  CHECK_INT (nbd_stats_journal_bytes (h), 0);
  lasting_close (h, &server, &address);
}
