/* SPDX-License-Identifier: MIT */
/* The memory of a large journal is given back once a flush has settled it,
 * except for a small part of the journal's size. */
#include <stdlib.h>

#include "base/protocol.h"
#include "heap.h"
#include "lasting.h"

#define WRITES 64
#define BYTES (256 * 1024)

/* A flush that the library sends by itself, which is answered last. */
static uint64_t own_flush;

static void
answer (struct nbd_handle *h, struct server *s, int64_t cookie)
{
  uint16_t type;
  int r;

  while ((r = nbd_aio_command_completed (h, cookie)) == 0) {
    pump (h);
    while (server_take (s) > 0) {
      s->drives = h;
      uint64_t wire = server_request (s, &type);
      if (type == NBD_CMD_FLUSH && own_flush == 0)
        own_flush = wire;
      else
        server_say (s, "simple 0 %llu", (unsigned long long) wire);
      s->drives = NULL;
    }
  }
  CHECK_INT (r, 1);
}

void
test (void)
{
  if (!heap_is_known)
    skip ("malloc does not tell here how much memory is in use");
  struct address a;
  struct server s;
  struct nbd_handle *h = patient_handle ();
  char *buf = calloc (1, BYTES);

  set_style (h, SIMPLE);
  address_open (&a);
  address_listen (&a);
  CHECK_OK (nbd_aio_connect_unix (h, a.path));
  server_serves (&s, &a, h, SIMPLE, (uint64_t) WRITES * BYTES, FLAGS_ALL);
  size_t before = heap_in_use (), most = before;
  size_t kept = (size_t) nbd_get_journal_size (h) / 16;

  for (unsigned i = 0; i < WRITES; i++) {
    answer (h, &s,
            nbd_aio_pwrite (h, buf, BYTES, (uint64_t) i * BYTES,
                            NBD_NULL_COMPLETION, 0));
    if (heap_in_use () > most)
      most = heap_in_use ();
  }
  CHECK (own_flush != 0);
  server_say (&s, "simple 0 %llu", (unsigned long long) own_flush);
  bytes_free (&s.in);
  answer (h, &s, nbd_aio_flush (h, NBD_NULL_COMPLETION, 0));
  CHECK_OK (nbd_poll (h, 0));
  CHECK_INT (nbd_stats_journal_bytes (h), 0);
  CHECK (most > before + kept);
  if (heap_in_use () > before + kept)
    FAIL ("%zu bytes more than before are still in use",
          heap_in_use () - before);
  free (buf);
  lasting_close (h, &s, &a);
}
