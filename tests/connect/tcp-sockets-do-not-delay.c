/* SPDX-License-Identifier: MIT */

/* A TCP connection that the library opens has TCP_NODELAY, so that a small
 * request never waits for the acknowledgement of another one. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "client.h"

void
test (void)
{
  struct sockaddr_in addr = {
    .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  socklen_t len = sizeof addr;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct nbd_handle *h = nbd_create ();
  char port[16];
  int value = 0;

  if (bind (listener, (struct sockaddr *) &addr, sizeof addr) == -1)
    skip ("no TCP on the loopback interface: %m");
  CHECK_INT (listen (listener, 1), 0);
  CHECK_INT (getsockname (listener, (struct sockaddr *) &addr, &len), 0);
  snprintf (port, sizeof port, "%d", ntohs (addr.sin_port));

  CHECK_OK (nbd_aio_connect_tcp (h, "127.0.0.1", port));
  len = sizeof value;
  CHECK_INT (getsockopt (nbd_aio_get_fd (h), IPPROTO_TCP, TCP_NODELAY, &value,
                         &len),
             0);
  CHECK_INT (value, 1);
  nbd_close (h);
  close (listener);
}
