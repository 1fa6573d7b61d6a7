/* SPDX-License-Identifier: MIT */

/* These addresses are refused before anything is tried: one that is too short
 * to have a family, one that is too long for the system, a Unix socket without
 * a path, and a port number without digits. */

#include <errno.h>
#include <sys/socket.h>

#include "check.h"

void
test (void)
{
  struct sockaddr_storage addr = { .ss_family = AF_UNIX };
  struct nbd_handle *h = nbd_create ();

  CHECK_FAILS (nbd_aio_connect (h, (struct sockaddr *) &addr, 1), EINVAL,
               "socket address of 1 bytes");
  CHECK_FAILS (nbd_aio_connect (h, (struct sockaddr *) &addr,
                                sizeof addr + 1),
               EINVAL, "socket address of ");
  CHECK_FAILS (nbd_connect_unix (h, ""), EINVAL, "path is empty");
  if (nbd_supports_uri (h))
    CHECK_FAILS (nbd_connect_uri (h, "nbd+ssh://host/?nbd-port="), EINVAL,
                 "nbd-port");
  CHECK_STATE (h, "CREATED");
  nbd_close (h);
}
