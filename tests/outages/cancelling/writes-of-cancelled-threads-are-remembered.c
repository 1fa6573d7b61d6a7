/* SPDX-License-Identifier: MIT */

/* A thread that is cancelled while it waits for the reply to a write takes
 * its buffer with it.  A handle that stays connected nevertheless sends the
 * write again if the connection is lost, before or after the reply. */

#include <string.h>

#include "lasting.h"
#include "thread.h"

static struct address address;
static struct server server;

static int
blocking_pwrite (struct blocking *b)
{
  return nbd_pwrite (b->h, b->buf, 4, 8, 0);
}

static void
expect_write (int attempt)
{
  server_expect (&server, "request 0 WRITE %llu 8 4 \"data\"",
                 WIRE (attempt, 1));
}

/* The handle has sent the write of a thread that was then cancelled. */
static struct nbd_handle *
abandoned_write (void)
{
  struct nbd_handle *h = lasting_handle (&server, &address, SIMPLE);
  struct blocking b = { .h = h, .call = blocking_pwrite, .buf = "data" };

  server.waits = true;
  blocking_start (&b);
  expect_write (0);
  blocking_cancel (&b);
  memset (b.buf, 'x', sizeof b.buf);
  server.waits = false;
  return h;
}

static void
lost_before_the_reply (void)
{
  struct nbd_handle *h = abandoned_write ();

  server_restarts (&server, &address, h, SIMPLE);
  server.drives = h;
  expect_write (1);
  lasting_close (h, &server, &address);
}

static void
lost_after_the_reply (void)
{
  struct nbd_handle *h = abandoned_write ();

  server_say (&server, "simple 0 1");
  pump (h);
  CHECK (nbd_stats_journal_bytes (h) > 0);
  server_restarts (&server, &address, h, SIMPLE);
  server.drives = h;
  server_expect (&server, "request 0 WRITE %llu 8 4 \"data\"", WIRE (1, 2));
  lasting_close (h, &server, &address);
}

void
test (void)
{
  lost_before_the_reply ();
  lost_after_the_reply ();
}
