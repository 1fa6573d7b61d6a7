/* SPDX-License-Identifier: MIT */
/* After an outage with writes that were not flushed, JOURNAL writes them
 * again, STRICT makes the next flush fail once and name the first of them,
 * and TRUST does nothing. */
#include <errno.h>

#include "lasting.h"

static struct address address;
static struct server server;

static struct nbd_handle *
handle (int policy, uint16_t flags)
{
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_unflushed_policy (h, policy));
  lasting_connect (h, &server, &address, SIMPLE, flags);
  return h;
}

static void
end (struct nbd_handle *h)
{
  lasting_close (h, &server, &address);
}

/* The server answers the request that was issued last. */
static int
answer (struct nbd_handle *h, int64_t cookie)
{
  uint64_t wire = server_request (&server, NULL);

  CHECK_INT (wire & 0xffff, cookie);
  server_say (&server, "simple 0 %llu", (unsigned long long) wire);
  pump (h);
  return nbd_aio_command_completed (h, cookie);
}

static int
do_write (struct nbd_handle *h, uint64_t offset, uint32_t flags)
{
  return answer (h, CHECK_OK (nbd_aio_pwrite (h, "abcd", 4, offset,
                                              NBD_NULL_COMPLETION, flags)));
}

static int
do_flush (struct nbd_handle *h)
{
  return answer (h, CHECK_OK (nbd_aio_flush (h, NBD_NULL_COMPLETION, 0)));
}

/* The next request writes again what was acknowledged before the outage. */
static void
expect_again (struct nbd_handle *h, const char *type, int offset, int count,
              const char *payload)
{
  server_need (&server, 28);
  uint64_t wire = get_uint (server.in.p + 8, 8);

  server_expect (&server, "request 0 %s %llu %d %d %s", type,
                 (unsigned long long) wire, offset, count, payload);
  server_say (&server, "simple 0 %llu", (unsigned long long) wire);
  pump (h);
}

static void
journal (void)
{
  struct nbd_handle *h = handle (LIBNBD_UNFLUSHED_JOURNAL, FLAGS_ALL);

  CHECK_INT (do_write (h, 0, 0), 1);
  CHECK_INT (do_flush (h), 1);
  CHECK_INT (nbd_stats_journal_bytes (h), 0);
  CHECK_INT (do_write (h, 4, LIBNBD_CMD_FLAG_FUA), 1);
  CHECK_INT (do_write (h, 8, 0), 1);
  CHECK_INT (
    answer (h, CHECK_OK (nbd_aio_zero (h, 512, 512, NBD_NULL_COMPLETION, 0))),
    1);
  CHECK_INT (answer (h, CHECK_OK (nbd_aio_trim (h, 512, 2048,
                                                NBD_NULL_COMPLETION, 0))),
             1);
  CHECK (nbd_stats_journal_bytes (h) > 0);
  server_restarts (&server, &address, h, SIMPLE);
  expect_again (h, "WRITE", 8, 4, "\"abcd\"");
  expect_again (h, "WRITE_ZEROES", 512, 512, "");
  expect_again (h, "TRIM", 2048, 512, "");
  CHECK_STATE (h, "READY");
  server_expect_nothing (&server);
  CHECK_INT (nbd_stats_replayed (h), 3);
  CHECK_INT (nbd_stats_reconnects (h), 1);
  CHECK_INT (do_flush (h), 1);
  CHECK_INT (nbd_stats_journal_bytes (h), 0);
  server_restarts (&server, &address, h, SIMPLE);
  server_expect_nothing (&server);
  end (h);
}

static void
strict (void)
{
  struct nbd_handle *h = handle (LIBNBD_UNFLUSHED_STRICT, FLAGS_ALL);

  CHECK_INT (do_write (h, 4096, 0), 1);
  CHECK_INT (do_write (h, 8, 0), 1);
  server_restarts (&server, &address, h, SIMPLE);
  server_expect_nothing (&server);
  CHECK_INT (do_write (h, 12, 0), 1);
  CHECK_FAILS (do_flush (h), EIO, "4 bytes at offset 4096");
  CHECK_INT (do_flush (h), 1);
  server_restarts (&server, &address, h, SIMPLE);
  CHECK_INT (do_flush (h), 1);
  end (h);
}

static void
trust (void)
{
  struct nbd_handle *h = handle (LIBNBD_UNFLUSHED_TRUST, FLAGS_ALL);

  CHECK_INT (do_write (h, 0, 0), 1);
  CHECK_INT (nbd_stats_journal_bytes (h), 0);
  server_restarts (&server, &address, h, SIMPLE);
  server_expect_nothing (&server);
  CHECK_INT (do_flush (h), 1);
  end (h);
}

/* The journal keeps nothing if the server has no flush. */
static void
without_flush (void)
{
  uint16_t flags = FLAGS_ALL & ~(1 << 2);
  struct nbd_handle *h = handle (LIBNBD_UNFLUSHED_JOURNAL, flags);

  CHECK_INT (do_write (h, 0, 0), 1);
  CHECK_INT (nbd_stats_journal_bytes (h), 0);
  server_close (&server);
  server_serves (&server, &address, h, SIMPLE, 1 << 20, flags);
  server_expect_nothing (&server);
  end (h);
}

/* A server that refuses a write when it is sent again ends the handle. */
static void
refused (void)
{
  struct events e = { .letters = "" };
  struct nbd_handle *h = handle (LIBNBD_UNFLUSHED_JOURNAL, FLAGS_ALL);

  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  CHECK_INT (do_write (h, 8, 0), 1);
  server_restarts (&server, &address, h, SIMPLE);
  uint64_t wire = server_request (&server, NULL);
  server_say (&server, "simple ENOSPC %llu", (unsigned long long) wire);
  while (nbd_poll (h, 1000) == 1)
    ;
  CHECK_ERROR (EIO, "4 bytes at offset 8 that were written before the outage "
                    "could not be written again");
  CHECK_STATE (h, "DEAD");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_GIVEN_UP], "at offset 8");
  end (h);
}

void
test (void)
{
  journal ();
  strict ();
  trust ();
  without_flush ();
  refused ();
}
