/* SPDX-License-Identifier: MIT */
/* The library sends a flush by itself when half of the journal is used.  When
 * the journal is full, a write completes only after such a flush.  If the
 * library's flush fails, the program's next flush reports the error, once. */
#include <errno.h>

#include "lasting.h"

#define CHUNK 16384

static struct address address;
static struct server server;
static char data[CHUNK];

static struct nbd_handle *
handle (void)
{
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_journal_size (h, 64 * 1024));
  lasting_connect (h, &server, &address, SIMPLE, FLAGS_ALL);
  return h;
}

static void
end (struct nbd_handle *h)
{
  lasting_close (h, &server, &address);
}

/* Write the i-th chunk, and let the server answer. */
static int64_t
write_chunk (struct nbd_handle *h, int i)
{
  int64_t cookie = CHECK_OK (nbd_aio_pwrite (
    h, data, CHUNK, (uint64_t) i * CHUNK, NBD_NULL_COMPLETION, 0));
  uint16_t type;

  server.drives = h;
  CHECK_INT (server_request (&server, &type), cookie);
  CHECK_INT (type, 1);
  server.drives = NULL;
  server_say (&server, "simple 0 %d", (int) cookie);
  pump (h);
  return cookie;
}

/* Write until the library sends a flush, and return the cookie of the
 * flush. */
static uint64_t
write_to_the_bound (struct nbd_handle *h, int *nr, int64_t *last)
{
  uint16_t type;

  for (*nr = 0; server_take (&server) == 0; ++*nr) {
    CHECK (*nr < 16);
    *last = write_chunk (h, *nr);
    CHECK (nbd_stats_journal_bytes (h) <= 64 * 1024);
  }
  uint64_t cookie = server_request (&server, &type);
  CHECK_INT (type, 3);
  return cookie;
}

static void
flush_helps (void)
{
  struct nbd_handle *h = handle ();
  int nr;
  int64_t last;
  uint64_t flush = write_to_the_bound (h, &nr, &last);

  CHECK (nbd_stats_journal_bytes (h) >= 32 * 1024);
  CHECK_INT (nbd_aio_command_completed (h, last), 1);
  CHECK_INT (nbd_aio_in_flight (h), 0);

  /* Further writes are answered, but complete only after the flush. */
  int64_t held = write_chunk (h, nr++);
  while (nbd_aio_command_completed (h, held) == 1) {
    CHECK (nr < 16);
    held = write_chunk (h, nr++);
  }
  CHECK_INT (nbd_aio_in_flight (h), 1);
  server_say (&server, "simple 0 %llu", (unsigned long long) flush);
  pump (h);

  /* The write was answered after the flush was sent, so it needs another
   * one. */
  uint16_t type;
  flush = server_request (&server, &type);
  CHECK_INT (type, 3);
  CHECK_INT (nbd_aio_command_completed (h, held), 0);
  server_say (&server, "simple 0 %llu", (unsigned long long) flush);
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, held), 1);
  CHECK_INT (nbd_stats_journal_bytes (h), 0);
  CHECK_STATE (h, "READY");
  end (h);
}

static int
flush_result (struct nbd_handle *h)
{
  int64_t cookie = CHECK_OK (nbd_aio_flush (h, NBD_NULL_COMPLETION, 0));

  CHECK_INT (server_request (&server, NULL), cookie);
  server_say (&server, "simple 0 %d", (int) cookie);
  pump (h);
  return nbd_aio_command_completed (h, cookie);
}

static void
flush_fails (void)
{
  struct nbd_handle *h = handle ();
  int nr;
  int64_t last;
  uint64_t flush = write_to_the_bound (h, &nr, &last);

  server_say (&server, "simple EIO %llu", (unsigned long long) flush);
  pump (h);
  CHECK_FAILS (flush_result (h), EIO,
               "flush: command failed: a flush that the library sent before "
               "had failed");
  CHECK_INT (flush_result (h), 1);
  CHECK_INT (nbd_stats_journal_bytes (h), 0);
  end (h);
}

void
test (void)
{
  flush_helps ();
  flush_fails ();
}
