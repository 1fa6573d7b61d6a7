/* SPDX-License-Identifier: MIT */

/* A command that was cancelled and retired is not in flight for the program,
 * although the server may still answer it. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls calls = { .gives = 1 };
  char buf[4];

  int64_t cookie = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&calls),
                                            0));
  pump (h);
  CHECK_INT (nbd_aio_peek_command_completed (h), 0);
  CHECK_INT (nbd_aio_cancel (h, cookie), 1);
  CHECK_CALLS (&calls, 1);
  CHECK_INT (calls.error, ECANCELED);
  CHECK_INT (nbd_aio_in_flight (h), 0);
  CHECK_FAILS (nbd_aio_peek_command_completed (h), EINVAL, "no command");
  CHECK_INT (nbd_aio_cancel (h, cookie), 0);
  CHECK_INT (server_request (&s, NULL), cookie);
  server_say (&s, "simple 0 1 \"abcd\"");
  pump (h);
  CHECK_STATE (h, "READY");
  CHECK_FAILS (nbd_aio_peek_command_completed (h), EINVAL, "no command");
  nbd_close (h);
  server_close (&s);
}
