/* SPDX-License-Identifier: MIT */

/* A program that calls nbd_aio_notify_write on a handle that stays connected
 * sends the commands that are held for company.  From then on such commands
 * wait for that call, and neither the socket nor the timer of the descriptor
 * is set for them. */

#include <errno.h>
#include <poll.h>

#include "changes.h"
#include "lasting.h"

static bool
is_readable (struct nbd_handle *h)
{
  struct pollfd fd = { .fd = nbd_aio_get_fd (h), .events = POLLIN };

  return poll (&fd, 1, 0) != 0;
}

static void
expect_read (struct server *s, int64_t cookie, int offset)
{
  server_expect (s, "request 0 READ %llu %d 4", WIRE (0, cookie), offset);
}

void
test (void)
{
  struct address a;
  struct server s;
  struct nbd_handle *h = patient_handle ();
  char buf[2][4];
  int64_t cookie[2];

  CHECK_FAILS (nbd_aio_notify_write (h), EINVAL, "no write event is awaited");
  lasting_connect (h, &s, &a, SIMPLE, FLAGS_ALL);
  CHECK (!is_readable (h));
  CHECK_OK (nbd_aio_notify_write (h));

  changes = 0;
  for (int i = 0; i < 2; i++)
    cookie[i] = CHECK_OK (nbd_aio_pread (h, buf[i], 4, 4 * i,
                                         NBD_NULL_COMPLETION, 0));
  expect_read (&s, cookie[0], 0);
  server_expect_nothing (&s);
  CHECK (!is_readable (h));
  CHECK_OK (nbd_aio_notify_write (h));
  expect_read (&s, cookie[1], 4);
  CHECK_INT (changes, 0);
  lasting_close (h, &s, &a);
}
