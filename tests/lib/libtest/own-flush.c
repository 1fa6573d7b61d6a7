/* SPDX-License-Identifier: MIT */

/* Bringing the library to send a flush of its own. */

#include "own-flush.h"

#define CHUNK 65536
#define EXPORT 16 /* chunks */
#define ACKNOWLEDGED 2

static char data[CHUNK];

static void
write_chunk (struct nbd_handle *h, struct server *s, int i)
{
  int64_t cookie = CHECK_OK (nbd_aio_pwrite (
    h, data, CHUNK, i % EXPORT * CHUNK, NBD_NULL_COMPLETION, 0));

  s->drives = h;
  CHECK_INT (server_request (s, NULL), cookie);
  s->drives = NULL;
  server_say (s, "simple 0 %d", (int) cookie);
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, cookie), 1);
}

uint64_t
write_until_flush (struct nbd_handle *h, struct server *s)
{
  uint16_t type;

  for (int i = 0; server_take (s) == 0; i++) {
    CHECK (i < 2 * EXPORT);
    write_chunk (h, s, i);
  }
  uint64_t flush = server_request (s, &type);
  CHECK_INT (type, 3);
  return flush;
}

struct nbd_handle *
handle_with_held_flush (struct server *s, struct address *a,
                        int64_t cookie[BEHIND_HELD_FLUSH])
{
  struct nbd_handle *h = patient_handle ();
  int64_t all[ACKNOWLEDGED + BEHIND_HELD_FLUSH];
  const int nr = ACKNOWLEDGED + BEHIND_HELD_FLUSH;

  CHECK_OK (nbd_set_journal_size (h, 2 * HALF_JOURNAL));
  lasting_connect (h, s, a, SIMPLE, FLAGS_ALL);
  for (int i = 0; i < nr; i++)
    all[i] = CHECK_OK (nbd_aio_pwrite (
      h, data, i < ACKNOWLEDGED ? HALF_JOURNAL / ACKNOWLEDGED : 4,
      i * HALF_JOURNAL, NBD_NULL_COMPLETION, 0));
  CHECK_INT (nbd_poll (h, 0), 0);
  s->drives = h;
  for (int i = 0; i < nr; i++)
    CHECK_INT (server_request (s, NULL), all[i]);
  s->drives = NULL;
  server_say (s, "simple 0 %d simple 0 %d", (int) all[0], (int) all[1]);
  for (int i = 0; i < ACKNOWLEDGED; i++) {
    CHECK_INT (CHECK_OK (nbd_poll (h, 0)), 1);
    CHECK_INT (nbd_aio_command_completed (h, all[i]), 1);
  }
  server_expect_nothing (s);
  for (int i = 0; i < BEHIND_HELD_FLUSH; i++)
    cookie[i] = all[ACKNOWLEDGED + i];
  return h;
}
