/* SPDX-License-Identifier: MIT */

/* Two threads are in nbd_poll(-1), and two replies arrive together.  Both
 * calls return 1: no thread sleeps on when everything is done. */

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking pollers[2] = { 0 };
  struct calls calls[2] = { 0 };
  char buf[4];

  s.waits = true;
  for (int i = 0; i < 2; i++)
    CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&calls[i]), 0));
  server_expect (&s, "request 0 READ 1 0 4\nrequest 0 READ 2 0 4");
  for (int i = 0; i < 2; i++) {
    pollers[i] = (struct blocking) { .h = h, .call = blocking_poll };
    blocking_start (&pollers[i]);
  }
  server_say (&s, "simple 0 1 \"data\"\nsimple 0 2 \"data\"");
  for (int i = 0; i < 2; i++) {
    blocking_join (&pollers[i]);
    CHECK_INT (pollers[i].result, 1);
  }
  pump (h);
  CHECK_INT (calls[0].called, 1);
  CHECK_INT (calls[1].called, 1);
  nbd_close (h);
  server_close (&s);
}
