/* SPDX-License-Identifier: MIT */
/* The command timeout also runs while a command waits for a connection.  A
 * command that timed out is not sent on the next connection. */
#include <errno.h>

#include "lasting.h"

void
test (void)
{
  struct address a;
  struct server s;
  struct calls read = { .called = 0 }, write = { .called = 0 };
  char buf[4];
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_command_timeout (h, 100));
  set_style (h, SIMPLE);
  address_open (&a);
  address_listen (&a);
  CHECK_OK (nbd_aio_connect_unix (h, a.path));
  server_serves (&s, &a, h, SIMPLE, 4096, FLAGS_ALL);
  int64_t first = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&read),
                                           0));
  server_close (&s);
  address_leave (&a);
  while (nbd_get_outage (h) == 0)
    CHECK_OK (nbd_poll (h, 10));
  int64_t second = CHECK_OK (nbd_aio_pwrite (h, "abcd", 4, 0,
                                             completion (&write), 0));
  while (read.called == 0 || write.called == 0)
    CHECK_OK (nbd_poll (h, -1));
  CHECK_FAILS (nbd_aio_command_completed (h, first), ETIMEDOUT, "0.1 s");
  CHECK_FAILS (nbd_aio_command_completed (h, second), ETIMEDOUT, "0.1 s");
  CHECK_CALLS (&read, 1);
  CHECK_CALLS (&write, 1);
  CHECK_STATE (h, "PROCESSING");
  CHECK_INT (nbd_stats_ghosts (h), 0);

  address_listen (&a);
  server_serves (&s, &a, h, SIMPLE, 4096, FLAGS_ALL);
  server_expect_nothing (&s);
  CHECK_STATE (h, "READY");
  CHECK_INT (nbd_get_outage (h), 0);
  lasting_close (h, &s, &a);
}
