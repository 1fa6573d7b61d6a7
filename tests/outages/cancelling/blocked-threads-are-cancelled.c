/* SPDX-License-Identifier: MIT */
/* nbd_cancel ends the blocking calls of all other threads, the one that
 * drives the handle and those that wait.  It does not end asynchronous
 * commands. */
#include <errno.h>

#include "check.h"
#include "server.h"
#include "thread.h"
#include "client.h"

#define NR 4

static void
cancel_all (bool lasting)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct blocking b[NR];
  struct calls done = { .called = 0 };
  uint64_t cookies[NR];
  char buf[4];

  if (lasting)
    CHECK_OK (nbd_set_command_timeout (h, 3600 * 1000));
  server_connect (&s, h, SIMPLE, 1 << 20, FLAGS_ALL);
  CHECK_INT (nbd_cancel (h), 0);
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&done),
                                          0));
  CHECK_INT (nbd_cancel (h), 0);
  CHECK_INT (server_request (&s, NULL), read);

  s.waits = true;
  for (int i = 0; i < NR; i++) {
    b[i] = (struct blocking) { .h = h, .call = blocking_pread, .number = i };
    blocking_start (&b[i]);
    cookies[i] = server_request (&s, NULL);
  }
  CHECK_INT (nbd_cancel (h), 1);
  for (int i = 0; i < NR; i++) {
    blocking_join (&b[i]);
    CHECK_INT (b[i].result, -1);
    CHECK_INT (b[i].errnum, ECANCELED);
    CHECK_CONTAINS (b[i].error,
                    "nbd_pread: read: command failed: nbd_cancel was called");
  }
  CHECK_INT (nbd_cancel (h), 0);
  CHECK_INT (done.called, 0);

  /* The connection and other commands are not affected. */
  for (int i = 0; i < NR; i++)
    server_say (&s, "simple 0 %d \"abcd\"", (int) cookies[i]);
  server_say (&s, "simple 0 %d \"efgh\"", (int) read);
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, read), 1);
  CHECK_CALLS (&done, 1);
  CHECK_BYTES (buf, 4, "efgh", 4);
  CHECK_STATE (h, "READY");
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  cancel_all (false);
  cancel_all (true);
}
