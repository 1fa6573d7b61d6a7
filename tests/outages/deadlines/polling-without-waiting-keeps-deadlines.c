/* SPDX-License-Identifier: MIT */
/* A program may call only nbd_poll with timeout 0.  The library still
 * reconnects when it is time, and commands still time out. */
#include <errno.h>

#include "lasting.h"

/* Poll until the command has completed, and return its error. */
static int
look_until (struct nbd_handle *h, const struct calls *done)
{
  int r = 0;

  while (done->called == 0) {
    CHECK_INT (r, 0);
    r = CHECK_OK (nbd_poll (h, 0));
  }
  return done->error;
}

void
test (void)
{
  struct address a;
  struct server s;
  struct calls read = { .called = 0 };
  char buf[4];
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_command_timeout (h, 50));
  lasting_connect (h, &s, &a, SIMPLE, FLAGS_ALL);
  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&read), 0));
  pump (h);
  CHECK_INT (look_until (h, &read), ETIMEDOUT);

  server_close (&s);
  address_leave (&a);
  while (nbd_get_outage (h) == 0)
    CHECK_OK (nbd_poll (h, 0));
  address_listen (&a);
  do
    CHECK_OK (nbd_poll (h, 0));
  while (!server_is_asked (&s, &a));
  lasting_close (h, &s, &a);
}
