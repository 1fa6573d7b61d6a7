/* SPDX-License-Identifier: MIT */

/* If the socket does not take the close alert yet, the direction includes
 * WRITE, and the alert is sent once the socket can take it.  If sending the
 * alert fails, nothing waits for it.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <errno.h>
#include <sys/socket.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"
#include "wrap.h"

/* The client's socket, how many sends succeed, and the error after them. */
static int client = -1, sends, errnum;

WRAPPER (ssize_t, send, (int fd, const void *p, size_t n, int flags))
{
  if (fd == client && sends-- <= 0) {
    errno = errnum;
    return -1;
  }
  return __real_send (fd, p, n, flags);
}

static struct nbd_handle *
disconnect (struct server *s)
{
  struct nbd_handle *h = tls_connected (s, SIMPLE, NULL);

  client = nbd_aio_get_fd (h);
  sends = 1;
  CHECK_OK (nbd_aio_disconnect (h, 0));
  return h;
}

static void
end (struct server *s, struct nbd_handle *h)
{
  client = -1;
  server_close (s);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  nbd_close (h);
}

static void
full (void)
{
  struct server s;

  errnum = EAGAIN;
  struct nbd_handle *h = disconnect (&s);
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
  end (&s, h);
}

static void
failing (void)
{
  struct server s;

  errnum = ENOBUFS;
  struct nbd_handle *h = disconnect (&s);
  CHECK_INT (sends, -1);
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  server_expect (&s, "request 0 DISC 1 0 0");
  end (&s, h);
}

void
test (void)
{
  requires_tls ();
  full ();
  failing ();
}
