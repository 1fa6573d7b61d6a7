/* SPDX-License-Identifier: MIT */

/* A completion callback that returns 1 retires its command.  One that returns
 * -1 and sets *error replaces the command's error.  Any other result changes
 * nothing. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls retires = { .gives = 1 }, fails = { .gives = -1 };
  struct calls replaces = { .gives = -1, .sets_error = ENOMEM };
  struct calls ignored = { .gives = 0, .sets_error = ENOMEM };
  struct calls *all[] = { &retires, &fails, &replaces, &ignored };

  for (int i = 0; i < 4; i++)
    CHECK_OK (nbd_aio_flush (h, completion (all[i]), 0));
  pump (h);
  for (int i = 1; i <= 4; i++)
    server_say (&s, "simple 0 %d", i);
  pump (h);
  for (int i = 0; i < 4; i++)
    CHECK_INT (all[i]->called, 1);
  CHECK_CALLS (&retires, 1);
  CHECK_INT (nbd_aio_command_completed (h, 1), 0);
  CHECK_INT (nbd_aio_peek_command_completed (h), 2);
  CHECK_INT (nbd_aio_command_completed (h, 2), 1);
  CHECK_FAILS (nbd_aio_command_completed (h, 3), ENOMEM, "command failed");
  CHECK_INT (nbd_aio_command_completed (h, 4), 1);
  for (int i = 0; i < 4; i++)
    CHECK_CALLS (all[i], 1);
  nbd_close (h);
  server_close (&s);
}
