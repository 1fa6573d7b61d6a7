/* SPDX-License-Identifier: MIT */
/* If the socket cannot take what the TLS handshake has to send, the direction
 * is WRITE only, and nothing blocks.  When the socket can take more, the
 * handshake continues. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

/* Fill the client's socket. */
static size_t
fill (struct nbd_handle *h)
{
  static const char junk[4096];
  size_t total = 0;
  ssize_t r;

  for (size_t len = sizeof junk; len > 0; len /= 2)
    while ((r = send (nbd_aio_get_fd (h), junk, len,
                      MSG_DONTWAIT | MSG_NOSIGNAL))
           > 0)
      total += r;
  CHECK_INT (errno, EAGAIN);
  return total;
}

static void
empty (struct server *s, size_t len)
{
  char buf[4096];

  while (len > 0) {
    ssize_t r = recv (s->fd, buf, len < sizeof buf ? len : sizeof buf, 0);

    CHECK (r > 0);
    len -= r;
  }
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h;
  size_t len;

  requires_tls ();
  h = tls_handle ();
  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  len = fill (h);
  pump (h);
  CHECK_STATE (h, "CONNECTING");
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_WRITE);
  CHECK (!is_awake (h));
  CHECK_INT (nbd_poll (h, 0), 0);
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_WRITE);

  empty (&s, len);
  CHECK (is_awake (h));
  pump (h);
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  tls_prepare (&s, NULL);
  tls_shake_hands (&s, h);
  CHECK_STATE (h, "CONNECTING");
  CHECK (server_take (&s) > 0);
  nbd_close (h);
  server_close (&s);
}
