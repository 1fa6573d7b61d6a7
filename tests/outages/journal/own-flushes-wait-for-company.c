/* SPDX-License-Identifier: MIT */

/* A flush that the library sends by itself, and that nothing waits for, is
 * held back.  It is sent together with the program's next command, which may
 * itself be held while replies are awaited, or when the main loop has nothing
 * else to do. */

#include <poll.h>

#include "own-flush.h"

static struct address address;
static struct server server;
static int64_t cookie[BEHIND_HELD_FLUSH];

static void
expect_flush (void)
{
  uint16_t type;

  server_request (&server, &type);
  CHECK_INT (type, 3);
}

static void
company_comes (void)
{
  struct nbd_handle *h = handle_with_held_flush (&server, &address, cookie);
  int64_t company = CHECK_OK (nbd_aio_pwrite (h, "1234", 4, 65536,
                                              NBD_NULL_COMPLETION, 0));

  server_expect_nothing (&server);
  CHECK_INT (nbd_poll (h, 0), 0);
  expect_flush ();
  CHECK_INT (server_request (&server, NULL), company);
  lasting_close (h, &server, &address);
}

/* The descriptor becomes readable, so that the program's main loop sends the
 * flush. */
static void
nothing_comes (void)
{
  struct nbd_handle *h = handle_with_held_flush (&server, &address, cookie);
  struct pollfd fd = { .fd = CHECK_OK (nbd_aio_get_fd (h)),
                       .events = POLLIN };

  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  CHECK_INT (poll (&fd, 1, 0), 1);
  CHECK_OK (nbd_aio_notify_read (h));
  expect_flush ();
  lasting_close (h, &server, &address);
}

void
test (void)
{
  company_comes ();
  nothing_comes ();
}
