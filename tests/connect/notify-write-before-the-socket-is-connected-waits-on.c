/* SPDX-License-Identifier: MIT */

/* A program may say that the socket is writable although it is not.  That
 * does not make it connected. */

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

void
test (void)
{
  struct sockaddr_in addr = {
    .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  const struct sockaddr *generic = (const struct sockaddr *) &addr;
  uint16_t port;
  int listener = tcp_listener (AF_INET, &port);
  int first = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct nbd_handle *h = nbd_create ();

  addr.sin_port = htons (port);
  /* There is room for one connection, and the next one has to wait. */
  CHECK_INT (listen (listener, 0), 0);
  CHECK_INT (connect (first, generic, sizeof addr), 0);
  CHECK_OK (nbd_aio_connect (h, generic, sizeof addr));
  for (int i = 0; i < 3; i++) {
    CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_WRITE);
    CHECK_OK (nbd_aio_notify_write (h));
    CHECK_CONTAINS (nbd_connection_state (h), "CONNECT.AWAIT");
  }
  CHECK_INT (nbd_poll (h, 0), 0);
  nbd_close (h);
  close (first);
  close (listener);
}
