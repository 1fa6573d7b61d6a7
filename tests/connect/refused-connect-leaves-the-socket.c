/* SPDX-License-Identifier: MIT */

/* If the handle's state does not allow to connect, the socket that was given
 * still belongs to the caller. */

#include <errno.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s, other;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  int fd = server_pair (&other);

  CHECK_FAILS (nbd_aio_connect_socket (h, fd), EINVAL, NULL);
  CHECK_FAILS (nbd_connect_socket (h, fd), EINVAL, NULL);
  CHECK (!server_sees_end (&other));
  CHECK_INT (close (fd), 0);
  nbd_close (h);
  server_close (&s);
  server_close (&other);
}
