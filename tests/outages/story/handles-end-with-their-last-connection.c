/* SPDX-License-Identifier: MIT */
/* Without a reconnect timeout, a handle with several connections ends when
 * the server has closed the last one that served, whatever happened to the
 * others. */
#include <errno.h>

#include "lasting.h"

void
test (void)
{
  struct address a;
  struct server first, second;
  struct calls read[2] = { { .called = 0 } };
  char buf[2][4];
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_connections (h, 2));
  lasting_connect (h, &first, &a, SIMPLE, FLAGS_ALL);
  for (int i = 0; i < 2; i++)
    CHECK_OK (nbd_aio_pread (h, buf[i], 4, 0, completion (&read[i]), 0));
  while (!server_is_asked (&second, &a))
    CHECK_OK (nbd_poll (h, 0));
  server_close (&second);
  for (int i = 0; i < 2; i++) {
    server_say (&first, "simple 0 %llu \"abcd\"",
                (unsigned long long) server_request (&first, NULL));
    while (read[i].called == 0)
      CHECK_OK (nbd_poll (h, -1));
  }
  CHECK_INT (nbd_poll (h, 0), 0);
  server_close (&first);
  drive_until (h, "CLOSED");
  CHECK_FAILS (nbd_pread (h, buf[0], 4, 0, 0), EINVAL, "closed");
  nbd_close (h);
  address_close (&a);
}
