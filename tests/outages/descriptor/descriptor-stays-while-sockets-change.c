/* SPDX-License-Identifier: MIT */

/* A handle that may reconnect has one descriptor, from before it is connected
 * until it is dead, which is only polled for reading.  A handle without any
 * of these settings returns its socket. */

#include <sys/socket.h>

#include "check.h"
#include "client.h"
#include "returning.h"

static bool
is_socket (int fd)
{
  int type;
  socklen_t length = sizeof type;

  return getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0;
}

static void
plain_handle_gives_its_socket (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);

  CHECK (is_socket (nbd_aio_get_fd (h)));
  nbd_close (h);
  server_close (&s);
}

static void
lasting_handle_keeps_its_descriptor (void)
{
  struct returning r;
  struct nbd_handle *h = nbd_create ();
  char buf[4];

  CHECK_OK (nbd_set_reconnect_timeout (h, -1));
  returning_connect (&r, h);
  int fd = CHECK_OK (nbd_aio_get_fd (h));
  CHECK (!is_socket (fd));
  for (int i = 0; i < 10; i++) {
    struct calls calls = { .gives = 1 };

    returning_hang_up (&r);
    CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
    CHECK (is_awake (h));
    returning_again (&r, h);
    CHECK_INT (nbd_aio_get_fd (h), fd);
    returning_serves_read (&r, h, buf, completion (&calls));
    CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
    CHECK (is_awake (h));
    pump (h);
    CHECK_CALLS (&calls, 1);
    CHECK (!is_awake (h));
  }
  CHECK_OK (nbd_aio_disconnect (h, 0));
  returning_close (&r);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  CHECK_INT (nbd_aio_get_direction (h), 0);
  nbd_close (h);
}

void
test (void)
{
  plain_handle_gives_its_socket ();
  lasting_handle_keeps_its_descriptor ();
}
