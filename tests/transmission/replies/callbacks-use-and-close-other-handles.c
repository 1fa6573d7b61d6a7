/* SPDX-License-Identifier: MIT */

/* A callback may make any call on other handles, including blocking calls and
 * nbd_close.  The call that runs the callback then reports its own error
 * under its own name. */

#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

static struct server other_server;
static struct nbd_handle *other;
static bool called;

/* Read from the other handle, fail on it, and close it. */
static int
use_and_close (void *opaque, const void *subbuf, size_t count,
               uint64_t offset, unsigned status, int *error)
{
  char buf[4];

  (void) opaque;
  (void) subbuf;
  (void) count;
  (void) offset;
  (void) status;
  CHECK_OK (nbd_pread (other, buf, sizeof buf, 0, 0));
  CHECK_BYTES (buf, 4, "data", 4);
  CHECK_FAILS (nbd_pread (other, buf, sizeof buf, 1 << 20, 0), EINVAL,
               "nbd_pread: ");
  nbd_close (other);
  called = true;
  *error = EDOM;
  return -1;
}

static void
run_close (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  char buf[4];

  other = server_handle (&other_server, SIMPLE);
  called = false;
  server_say (&other_server, "simple 0 1 \"data\"");
  server_say (&s, "simple 0 1 \"more\"");
  CHECK_FAILS (nbd_pread_structured (
                 h, buf, sizeof buf, 0,
                 (nbd_chunk_callback) { .callback = use_and_close }, 0),
               EDOM, "nbd_pread_structured: read: ");
  CHECK (called);
  CHECK_STATE (h, "READY");
  nbd_close (h);
  server_close (&s);
  server_close (&other_server);
}

/* Issue a flush on the other handle. */
static int
issue_there (void *opaque, int *error)
{
  (void) error;
  CHECK_OK (nbd_aio_flush (opaque, NBD_NULL_COMPLETION, 0));
  return 1;
}

static int
poll_once (struct blocking *b)
{
  return nbd_poll (b->h, -1);
}

/* Two threads, one after the other: the callback of each uses the other's
 * handle. */
static void
run_crosswise (void)
{
  struct server s[2];
  struct nbd_handle *h[2];
  struct blocking b[2];

  for (int i = 0; i < 2; i++)
    h[i] = server_handle (&s[i], SIMPLE);
  for (int i = 0; i < 2; i++) {
    CHECK_OK (nbd_aio_flush (
      h[i], (nbd_completion_callback) { issue_there, h[1 - i], NULL }, 0));
    CHECK_OK (nbd_aio_flush (h[i], NBD_NULL_COMPLETION, 0));
  }
  for (int i = 0; i < 2; i++) {
    b[i] = (struct blocking) { .h = h[i], .call = poll_once };
    server_say (&s[i], "simple 0 1");
    blocking_start (&b[i]);
    blocking_join (&b[i]);
    CHECK_INT (b[i].result, 1);
  }
  for (int i = 0; i < 2; i++) {
    CHECK_INT (nbd_aio_in_flight (h[i]), 2);
    nbd_close (h[i]);
    server_close (&s[i]);
  }
}

void
test (void)
{
  if (ROW ("a blocking call, a failure and close"))
    run_close ();
  if (ROW ("issuing on each other's handles"))
    run_crosswise ();
  check_rows_end ();
}
