/* SPDX-License-Identifier: MIT */
/* A server may refuse a write while its payload is still being sent.  If the
 * connection is lost then, the program gets the server's error, and the write
 * is not sent again. */
#include <errno.h>

#include "lasting.h"

#define SIZE (8 << 20) /* more than the socket takes at once */

void
test (void)
{
  static char buf[SIZE];
  struct address a;
  struct server s;
  struct calls done = { .called = 0 };
  struct nbd_handle *h = patient_handle ();

  set_style (h, SIMPLE);
  address_open (&a);
  address_listen (&a);
  CHECK_OK (nbd_aio_connect_unix (h, a.path));
  server_serves (&s, &a, h, SIMPLE, SIZE, FLAGS_ALL);
  int64_t write = CHECK_OK (nbd_aio_pwrite (h, buf, SIZE, 0,
                                            completion (&done), 0));
  server_say (&s, "simple ENOSPC %lld", (long long) write);
  pump (h);
  CHECK_INT (done.called, 0);
  server_close (&s);
  server_serves (&s, &a, h, SIMPLE, SIZE, FLAGS_ALL);
  server_expect_nothing (&s);
  CHECK_INT (done.called, 1);
  CHECK_INT (done.error, ENOSPC);
  CHECK_FAILS (nbd_aio_command_completed (h, write), ENOSPC, "");
  CHECK_CALLS (&done, 1);
  CHECK_INT (nbd_stats_replayed (h), 0);
  lasting_close (h, &s, &a);
}
