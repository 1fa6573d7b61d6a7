/* SPDX-License-Identifier: MIT */

/* If nobody listens at a socket address, the error names the address as people
 * write it. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "client.h"

void
test (void)
{
  struct nbd_handle *h = nbd_create ();
  struct sockaddr_in in = {
    .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  socklen_t len = sizeof in;
  /* A socket that is bound to a port and does not listen. */
  int sock = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char text[64];

  CHECK_INT (bind (sock, (struct sockaddr *) &in, sizeof in), 0);
  CHECK_INT (getsockname (sock, (struct sockaddr *) &in, &len), 0);
  snprintf (text, sizeof text, "connect: 127.0.0.1 port %u",
            ntohs (in.sin_port));
  if (nbd_aio_connect (h, (struct sockaddr *) &in, sizeof in) == 0)
    CHECK_INT (nbd_poll (h, -1), -1);
  CHECK_ERROR (ECONNREFUSED, text);
  CHECK_STATE (h, "DEAD");
  nbd_close (h);
  close (sock);
}
