/* SPDX-License-Identifier: MIT */
/* The library cannot connect again a socket that the program gave it, and the
 * error says so. */
#include <errno.h>

#include "client.h"
#include "check.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  char buf[4];

  CHECK_OK (nbd_set_reconnect_timeout (h, -1));
  server_connect (&s, h, SIMPLE, 4096, FLAGS_ALL);
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));
  server_request (&s, NULL);
  server_close (&s);
  pump (h);
  CHECK_STATE (h, "DEAD");
  CHECK_FAILS (nbd_aio_command_completed (h, read), ENOTCONN,
               "the server closed the connection unexpectedly; a socket that "
               "the program connected cannot be connected again");
  nbd_close (h);
}
