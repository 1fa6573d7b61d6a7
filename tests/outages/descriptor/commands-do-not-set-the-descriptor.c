/* SPDX-License-Identifier: MIT */

/* Commands change neither the socket nor the timer of the descriptor, also
 * with a command timeout and a stall timeout. */

#include "changes.h"
#include "check.h"
#include "client.h"
#include "returning.h"

#define ROUNDS 100

void
test (void)
{
  struct returning r;
  struct nbd_handle *h = nbd_create ();
  char buf[4];

  CHECK_OK (nbd_set_reconnect_timeout (h, -1));
  CHECK_OK (nbd_set_command_timeout (h, 200000));
  CHECK_OK (nbd_set_stall_timeout (h, 100000));
  returning_connect (&r, h);
  nbd_aio_get_fd (h);
  changes = 0;
  for (int i = 0; i < ROUNDS; i++) {
    struct calls calls = { .gives = 1 };

    returning_serves_read (&r, h, buf, completion (&calls));
    pump (h);
    CHECK_CALLS (&calls, 1);
  }
  /* The timer may be set once. */
  CHECK (changes <= 1);
  nbd_close (h);
  returning_close (&r);
}
