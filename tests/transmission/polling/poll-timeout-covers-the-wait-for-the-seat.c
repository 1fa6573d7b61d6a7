/* SPDX-License-Identifier: MIT */

/* nbd_poll with a timeout returns in time although another thread drives the
 * handle and sleeps without a timeout. */

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking reader = { .h = h, .call = blocking_pread };

  s.waits = true;
  blocking_start (&reader);
  server_expect (&s, "request 0 READ 1 0 4");
  CHECK_INT (nbd_poll (h, 0), 0);
  CHECK_INT (nbd_poll (h, 10), 0);
  CHECK_INT (nbd_poll2 (h, -1, 10), 0);
  server_say (&s, "simple 0 1 \"data\"");
  blocking_join (&reader);
  CHECK_INT (reader.result, 0);
  nbd_close (h);
  server_close (&s);
}
