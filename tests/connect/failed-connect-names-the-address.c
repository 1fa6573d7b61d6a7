/* SPDX-License-Identifier: MIT */

/* If nobody listens at a socket address, the error names the address as people
 * write it. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "client.h"

static void
connect_to (const void *addr, socklen_t len, const char *text)
{
  struct nbd_handle *h = nbd_create ();

  if (nbd_aio_connect (h, addr, len) == 0)
    CHECK_INT (nbd_poll (h, -1), -1);
  CHECK_ERROR (ECONNREFUSED, text);
  CHECK_STATE (h, "DEAD");
  nbd_close (h);
}

static void
tcp (void)
{
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
  connect_to (&in, sizeof in, text);
  close (sock);
}

/* The name of an abstract Unix socket begins with a NUL, and is as long as the
 * address says. */
static void
abstract (void)
{
  static const char name[] = "\0causeway\0none";
  struct sockaddr_un un = { .sun_family = AF_UNIX };

  memcpy (un.sun_path, name, sizeof name - 1);
  connect_to (&un, offsetof (struct sockaddr_un, sun_path) + sizeof name - 1,
              "connect: \"\\x00causeway\\x00none\": ");
}

void
test (void)
{
  tcp ();
  abstract ();
}
