/* SPDX-License-Identifier: MIT */

/* An address that is too short to have a family, or too long for the system, a
 * socket without a path and a number without digits are refused before anything
 * is tried. */

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
