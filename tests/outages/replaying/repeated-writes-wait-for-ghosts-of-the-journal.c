/* SPDX-License-Identifier: MIT */
/* A write that is sent again after an outage waits for the ghost of an entry
 * that the journal had sent on a connection that was lost as well.  The entry
 * is older, and would undo the write.  Other commands do not wait. */
#include "lasting.h"

static struct address a;
static struct server s;
static struct nbd_handle *h;

static void
connect_first (void)
{
  h = patient_handle ();
  CHECK_OK (nbd_set_quarantine (h, 3600 * 1000));
  lasting_connect (h, &s, &a, SIMPLE, FLAGS_ALL);
}

static void
connect_again (void)
{
  server_close (&s);
  server_serves (&s, &a, h, SIMPLE, 1 << 20, FLAGS_ALL);
}

static int64_t
start_write (const char *data)
{
  int64_t cookie = CHECK_OK (nbd_aio_pwrite (h, data, 4, 0,
                                             NBD_NULL_COMPLETION, 0));

  pump (h);
  return cookie;
}

/* The journal sends a write, which has another cookie than the pending
 * one. */
static uint64_t
expect_entry (int64_t pending)
{
  uint16_t type;
  uint64_t cookie = server_request (&s, &type);

  CHECK_INT (type, 1);
  CHECK ((cookie & (WIRE (1, 0) - 1)) != (uint64_t) pending);
  return cookie;
}

void
test (void)
{
  char buf[4];

  connect_first ();
  int64_t old = start_write ("oldx");
  server_expect (&s, "request 0 WRITE %llu 0 4 \"oldx\"", WIRE (0, old));
  server_say (&s, "simple 0 %llu", WIRE (0, old));
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, old), 1);
  int64_t new = start_write ("newx");
  server_expect (&s, "request 0 WRITE %llu 0 4 \"newx\"", WIRE (0, new));

  connect_again ();
  expect_entry (new);

  connect_again ();
  server_say (&s, "simple 0 %llu", (unsigned long long) expect_entry (new));
  pump (h);
  CHECK_INT (nbd_stats_ghosts (h), 2);
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));
  pump (h);
  server_expect (&s, "request 0 READ %llu 0 4", WIRE (2, read));
  server_say (&s, "simple 0 %llu \"oldx\"", WIRE (2, read));
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, read), 1);
  server_expect_nothing (&s);
  lasting_close (h, &s, &a);
}
