/* SPDX-License-Identifier: MIT */

/* The library sends a flush by itself after a few writes, long before half of
 * the journal is used, because it must learn what a flush costs the
 * server. */

#include "lasting.h"

#define CHUNK 65536
#define EXPORT 16 /* chunks */

static struct address address;
static struct server server;
static char data[CHUNK];

static void
write_chunk (struct nbd_handle *h, int i)
{
  int64_t cookie = CHECK_OK (nbd_aio_pwrite (
    h, data, CHUNK, i % EXPORT * CHUNK, NBD_NULL_COMPLETION, 0));

  server.drives = h;
  CHECK_INT (server_request (&server, NULL), cookie);
  server.drives = NULL;
  server_say (&server, "simple 0 %d", (int) cookie);
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, cookie), 1);
}

void
test (void)
{
  struct nbd_handle *h = lasting_handle (&server, &address, SIMPLE);
  uint16_t type;

  CHECK_INT (nbd_get_journal_size (h), 64 << 20);
  for (int i = 0; server_take (&server) == 0; i++) {
    CHECK (i < 2 * EXPORT);
    write_chunk (h, i);
  }
  uint64_t flush = server_request (&server, &type);
  CHECK_INT (type, 3);
  server_say (&server, "simple 0 %llu", (unsigned long long) flush);
  pump (h);
  CHECK_INT (nbd_stats_journal_bytes (h), 0);
  lasting_close (h, &server, &address);
}
