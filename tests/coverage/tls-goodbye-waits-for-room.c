/* SPDX-License-Identifier: MIT */

/* A goodbye that the socket does not take yet waits for room: the hint says
 * WRITE, and it leaves when there is some.
 *
 * The linker lets the library's calls come here (-Wl,--wrap).
 */

#include <errno.h>
#include <sys/socket.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

/* The client's socket, and how much may still be sent before it is full. */
static int client = -1, sends;

extern ssize_t __real_send (int fd, const void *p, size_t n, int flags);
extern ssize_t __wrap_send (int fd, const void *p, size_t n, int flags);

ssize_t
__wrap_send (int fd, const void *p, size_t n, int flags)
{
  if (fd == client && sends-- <= 0) {
    errno = EAGAIN;
    return -1;
  }
  return __real_send (fd, p, n, flags);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h;

  requires_tls ();
  h = tls_connected (&s, SIMPLE, NULL);
  client = nbd_aio_get_fd (h);
  sends = 1;
  CHECK_OK (nbd_aio_disconnect (h, 0));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);
  CHECK_CONTAINS (nbd_connection_state (h), "SHUT_WRITE");
  server_expect (&s, "request 0 DISC 1 0 0");
  server_expect_nothing (&s);
  CHECK (!((struct tls_server *) s.tls)->ended);

  sends = 0;
  CHECK_OK (nbd_aio_notify_write (h));
  CHECK_CONTAINS (nbd_connection_state (h), "SHUT_WRITE");
  sends = 10;
  CHECK_OK (nbd_aio_notify_write (h));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  server_take (&s);
  CHECK (((struct tls_server *) s.tls)->ended);
  CHECK_INT (((struct tls_server *) s.tls)->end, 0);
  server_close (&s);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  nbd_close (h);
}
